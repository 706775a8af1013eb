package io.bev.avatar.exporter.nvml;

import java.util.Objects;

/** NVML is unavailable: the library is missing, initialisation failed, or the session has ended. */
public final class NvmlException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int code;
    private final String problem;

    /** A call that failed with {@code code}. */
    public NvmlException(String call, int code) {
        super(call + " returned " + NvmlCode.describe(code));
        this.code = code;
        this.problem = call + " returned " + NvmlCode.problem(code);
    }

    private NvmlException(String problem, String remedy, int code, Throwable cause) {
        super(problem + "; " + remedy, cause);
        this.code = code;
        this.problem = problem;
    }

    /** The library cannot be loaded. */
    public static NvmlException notLoaded(String problem, String remedy, Throwable cause) {
        return new NvmlException(problem, remedy, NvmlCode.LIBRARY_NOT_FOUND, cause);
    }

    /** The message without the remedy. */
    public String problem() {
        return problem;
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNullElse(super.getMessage(), "NVML is unavailable");
    }

    /** The {@code nvmlReturn_t}; {@link NvmlCode#LIBRARY_NOT_FOUND} when the library cannot be loaded. */
    public int code() {
        return code;
    }
}
