package io.bev.avatar.exporter.nvml;

import java.util.Objects;
import java.util.Optional;

/** NVML is unavailable: the library is missing, initialisation failed, or the session has ended. */
public final class NvmlException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int code;
    private final String problem;
    private final Optional<String> remedy;

    /** A call that failed with {@code code}. */
    public NvmlException(String call, int code) {
        super(call + " returned " + NvmlCode.describe(code));
        this.code = code;
        this.problem = call + " returned " + NvmlCode.problem(code);
        this.remedy = Optional.empty();
    }

    private NvmlException(String problem, String remedy, int code, Throwable cause) {
        super(problem + "; " + remedy, cause);
        this.code = code;
        this.problem = problem;
        this.remedy = Optional.of(remedy);
    }

    /** The library cannot be loaded. */
    public static NvmlException notLoaded(String problem, String remedy, Throwable cause) {
        return new NvmlException(problem, remedy, NvmlCode.LIBRARY_NOT_FOUND, cause);
    }

    /** The message without the remedy. */
    public String problem() {
        return problem;
    }

    /** Remedy if the library cannot be loaded; empty for a failed call, whose message contains any remedy. */
    public Optional<String> remedy() {
        return remedy;
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
