package io.bev.avatar.renderer.raster.cuda;

/** A CUDA driver function failed. */
public final class CudaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int code;

    /** @param code CUresult */
    public CudaException(String function, int code, String name) {
        super(function + ": " + name + " (" + code + ")");
        this.code = code;
    }

    /** CUresult. */
    public int code() {
        return code;
    }
}
