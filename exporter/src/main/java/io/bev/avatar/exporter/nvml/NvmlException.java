package io.bev.avatar.exporter.nvml;

import java.util.Objects;

/** NVML as a whole cannot be used: the library is absent, its session cannot begin, or it ended. */
public final class NvmlException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int code;
    private final String problem;

    /** A call that failed with {@code code}. */
    public NvmlException(String call, int code) {
        super(call + " gave " + NvmlCode.describe(code));
        this.code = code;
        this.problem = call + " gave " + NvmlCode.problem(code);
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
        return Objects.requireNonNullElse(super.getMessage(), "NVML cannot be used");
    }

    /** The {@code nvmlReturn_t}; {@link NvmlCode#LIBRARY_NOT_FOUND} when there is no library. */
    public int code() {
        return code;
    }
}
