package io.bev.avatar.splat.raster;

/** An image of 8-bit BGR pixels, top row first, three bytes per pixel without padding. */
public final class Framebuffer {

    public final int width;
    public final int height;
    /** [height, width, 3] blue, green, red. */
    public final byte[] bgr;
    /** Background colour, 0..1. */
    public final float backgroundRed;

    public final float backgroundGreen;
    public final float backgroundBlue;

    public Framebuffer(int width, int height, float backgroundRed, float backgroundGreen, float backgroundBlue) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException(width + "x" + height + ": expected at least 1x1");
        }
        this.width = width;
        this.height = height;
        this.bgr = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        this.backgroundRed = backgroundRed;
        this.backgroundGreen = backgroundGreen;
        this.backgroundBlue = backgroundBlue;
    }
}
