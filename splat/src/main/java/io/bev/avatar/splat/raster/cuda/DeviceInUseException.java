package io.bev.avatar.splat.raster.cuda;

/** Another renderer holds the device. Trying again does not help while that one lives: it is a matter of configuration. */
public final class DeviceInUseException extends Exception {

    private static final long serialVersionUID = 1L;

    DeviceInUseException(CudaDevice device, String holder) {
        super("GPU " + device.index() + " (" + device.name() + ", " + device.uuid() + ") is held by another renderer, "
                + holder + ", expected a GPU of this renderer's own; end that one, choose another GPU with"
                + " CUDA_VISIBLE_DEVICES, or set renderer.backend to cpu");
    }
}
