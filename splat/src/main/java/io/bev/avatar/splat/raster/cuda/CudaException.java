package io.bev.avatar.splat.raster.cuda;

/** A CUDA driver function failed. */
public final class CudaException extends RuntimeException {

    /** CUDA_ERROR_OUT_OF_MEMORY: nothing was allocated, and the context still works. */
    static final int OUT_OF_MEMORY = 2;

    private static final long serialVersionUID = 1L;

    private final int code;
    private final boolean hung;

    /** @param code CUresult */
    public CudaException(String function, int code, String name) {
        this(function, code, name, false);
    }

    private CudaException(String function, int code, String name, boolean hung) {
        super(function + ": " + name + " (" + code + ")");
        this.code = code;
        this.hung = hung;
    }

    /** Work that never completes; anything that waits for it, such as destroying its context, would hang as well. */
    static CudaException hung(String function, int code, String name) {
        return new CudaException(function, code, name, true);
    }

    /** CUresult. */
    public int code() {
        return code;
    }

    /** See {@link #hung(String, int, String)}. */
    boolean hung() {
        return hung;
    }
}
