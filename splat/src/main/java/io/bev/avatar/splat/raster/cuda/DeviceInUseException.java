package io.bev.avatar.splat.raster.cuda;

/**
 * The device is in use by another renderer. This is a configuration error: a retry fails as long as the other renderer
 * runs.
 */
public final class DeviceInUseException extends Exception {

    private static final long serialVersionUID = 1L;

    DeviceInUseException(CudaDevice device, String holder) {
        super("GPU " + device.index() + " (" + device.name() + ", " + device.uuid()
                + ") is in use by another renderer ("
                + holder + "); expected a GPU that no other renderer uses: stop that renderer, select another GPU with"
                + " CUDA_VISIBLE_DEVICES, or set renderer.backend to cpu");
    }
}
