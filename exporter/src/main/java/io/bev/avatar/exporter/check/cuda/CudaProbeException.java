package io.bev.avatar.exporter.check.cuda;

import java.util.Objects;

/** A call of the CUDA driver failed, or its library cannot be loaded. */
public final class CudaProbeException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * A call that returned {@code code}; {@code name} is the driver's name of it, such as {@code CUDA_ERROR_NO_DEVICE}.
     */
    public CudaProbeException(String call, int code, String name) {
        super(call + " returned " + name + " (" + code + ")");
    }

    /** The library or a function of it is missing. */
    public CudaProbeException(String message, Throwable cause) {
        super(message, cause);
    }

    CudaProbeException(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNullElse(super.getMessage(), "CUDA is unavailable");
    }
}
