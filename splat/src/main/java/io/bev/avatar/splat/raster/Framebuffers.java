package io.bev.avatar.splat.raster;

/** Rules that all rasterisers share for the image they fill. */
public final class Framebuffers {

    private Framebuffers() {}

    /** Rounds a channel value, 0..1, to the nearest of 256 steps. */
    public static byte toByte(float value) {
        return (byte) Math.max(0, Math.min(255, (int) (value * 255 + 0.5f)));
    }

    /** @throws IllegalArgumentException if camera and image differ in size */
    public static void requireSameSize(Camera camera, Framebuffer target) {
        if (camera.width() != target.width || camera.height() != target.height) {
            throw new IllegalArgumentException("camera of " + camera.width() + "x" + camera.height()
                    + " pixels, framebuffer of " + target.width + "x" + target.height + ": expected the same size");
        }
    }
}
