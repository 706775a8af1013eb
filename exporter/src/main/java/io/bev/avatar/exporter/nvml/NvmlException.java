package io.bev.avatar.exporter.nvml;

import java.util.Objects;

/** NVML as a whole cannot be used: the library is absent, its session cannot begin, or it ended. */
public final class NvmlException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int code;

    /** A call that failed with {@code code}. */
    public NvmlException(String call, int code) {
        super(call + " gave " + NvmlCode.describe(code));
        this.code = code;
    }

    private NvmlException(String message, int code, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The library cannot be loaded. */
    public static NvmlException notLoaded(String message, Throwable cause) {
        return new NvmlException(message, NvmlCode.LIBRARY_NOT_FOUND, cause);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNullElse(super.getMessage(), "NVML cannot be used");
    }

    /** The {@code nvmlReturn_t}; {@link NvmlCode#LIBRARY_NOT_FOUND} when there is no library. */
    public int code() {
        return code;
    }
}
