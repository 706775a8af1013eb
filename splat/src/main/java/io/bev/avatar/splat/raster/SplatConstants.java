package io.bev.avatar.splat.raster;

/**
 * Constants of the published 3D Gaussian splatting forward pass (Kerbl and others, 2023). Every backend uses them;
 * changing one changes the appearance of trained files.
 */
public final class SplatConstants {

    /**
     * Edge of the square tiles in pixels. A Gaussian covers whole tiles, so the size is visible at the edge of its
     * extent.
     */
    public static final int TILE = 16;
    /** Added to both variances of the projected Gaussian in square pixels, so that none is thinner than a pixel. */
    public static final float DILATION = 0.3f;
    /** No Gaussian is more opaque than this, so that the transmittance stays positive. */
    public static final float MAX_ALPHA = 0.99f;
    /** A contribution below one step of an 8-bit image is skipped. */
    public static final float MIN_ALPHA = 1 / 255f;
    /** A pixel whose transmittance would fall below this is finished. */
    public static final float MIN_TRANSMITTANCE = 1e-4f;
    /**
     * The Jacobian of the projection is taken at most this many half image sizes from the centre, as it diverges
     * outside.
     */
    public static final float FRUSTUM_CLAMP = 1.3f;
    /** Extent of a Gaussian in standard deviations along its longer axis. */
    public static final float EXTENT_SIGMAS = 3;
    /**
     * Minimum of the radicand of the eigenvalue formula, in pixels to the fourth power; keeps round Gaussians stable.
     */
    public static final float MIN_DISCRIMINANT = 0.1f;

    private SplatConstants() {}

    /**
     * The factor by which the opacity of an antialiased Gaussian decreases where dilation enlarges it, 0..1:
     * {@code sqrt(det S / det (S + DILATION I))}, as in gsplat and Mip-Splatting (Yu and others, 2024).
     *
     * @param xx projected covariance in square pixels, not dilated
     */
    public static float compensation(float xx, float xy, float yy) {
        float dilated = (xx + DILATION) * (yy + DILATION) - xy * xy;
        return (float) Math.sqrt(Math.max(0, (xx * yy - xy * xy) / dilated));
    }
}
