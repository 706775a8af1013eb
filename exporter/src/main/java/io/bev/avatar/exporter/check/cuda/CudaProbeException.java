package io.bev.avatar.exporter.check.cuda;

import java.util.Objects;

/** A call of the CUDA driver failed, or its library cannot be loaded. */
public final class CudaProbeException extends Exception {

    private static final long serialVersionUID = 1L;

    /** A call that gave {@code code}, by the driver's own name such as {@code CUDA_ERROR_NO_DEVICE}. */
    public CudaProbeException(String call, int code, String name) {
        super(call + " gave " + name + " (" + code + ")");
    }

    /** No call: the library or a function of it is missing. */
    public CudaProbeException(String message, Throwable cause) {
        super(message, cause);
    }

    CudaProbeException(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNullElse(super.getMessage(), "CUDA cannot be used");
    }
}
