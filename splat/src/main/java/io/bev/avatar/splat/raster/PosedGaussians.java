package io.bev.avatar.splat.raster;

import io.bev.avatar.splat.scene.GaussianCloud;
import org.jspecify.annotations.Nullable;

/**
 * Posed Gaussians as input of projection: a structure of arrays of {@code count} entries. The poser rewrites centres
 * and covariances every frame; colours and opacities are the cloud's own arrays.
 */
public final class PosedGaussians {

    public final int count;
    public final int shDegree;
    /** Centres in model space. */
    public final float[] x;

    public final float[] y;
    public final float[] z;
    /** Upper triangle of the symmetric covariance in model space, {@code R diag(s^2) R^T}. */
    public final float[] covXx;

    public final float[] covXy;
    public final float[] covXz;
    public final float[] covYy;
    public final float[] covYz;
    public final float[] covZz;
    public final float[] opacity;
    public final float[] red;
    public final float[] green;
    public final float[] blue;
    /** See {@link GaussianCloud#sh}. */
    public final short[] sh;
    /**
     * Rigid transform from model to world, [3, 4] row-major; initially identity. It applies the head pose to a static
     * cloud, so that view-dependent colour stays correct.
     */
    public final float[] modelToWorld = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
    /**
     * The rig by which the rasteriser poses the Gaussians, which are at rest or in an earlier pose; null if the arrays
     * are already posed.
     */
    public @Nullable SplatRig rig;
    /** Changes whenever a poser rewrites centres and covariances. */
    public int revision;
    /** Whether opacities are compensated for the dilation; see {@link SplatConstants#compensation}. */
    public boolean antialiased;

    /** The cloud at rest, with centres of its own for a poser to rewrite. */
    public PosedGaussians(GaussianCloud cloud) {
        this(cloud, cloud.x.clone(), cloud.y.clone(), cloud.z.clone());
    }

    /** The cloud at rest, with the cloud's own centres: for a poser that does not rewrite them. */
    public static PosedGaussians sharingCentres(GaussianCloud cloud) {
        return new PosedGaussians(cloud, cloud.x, cloud.y, cloud.z);
    }

    private PosedGaussians(GaussianCloud cloud, float[] x, float[] y, float[] z) {
        count = cloud.count();
        shDegree = cloud.shDegree();
        antialiased = cloud.antialiased;
        this.x = x;
        this.y = y;
        this.z = z;
        covXx = new float[count];
        covXy = new float[count];
        covXz = new float[count];
        covYy = new float[count];
        covYz = new float[count];
        covZz = new float[count];
        opacity = cloud.opacity;
        red = cloud.red;
        green = cloud.green;
        blue = cloud.blue;
        sh = cloud.sh;
        for (int i = 0; i < count; i++) {
            setCovariance(cloud, i);
        }
    }

    private void setCovariance(GaussianCloud c, int i) {
        float w = c.rotationW[i];
        float qx = c.rotationX[i];
        float qy = c.rotationY[i];
        float qz = c.rotationZ[i];
        float r00 = 1 - 2 * (qy * qy + qz * qz);
        float r01 = 2 * (qx * qy - w * qz);
        float r02 = 2 * (qx * qz + w * qy);
        float r10 = 2 * (qx * qy + w * qz);
        float r11 = 1 - 2 * (qx * qx + qz * qz);
        float r12 = 2 * (qy * qz - w * qx);
        float r20 = 2 * (qx * qz - w * qy);
        float r21 = 2 * (qy * qz + w * qx);
        float r22 = 1 - 2 * (qx * qx + qy * qy);
        float a = c.scaleX[i] * c.scaleX[i];
        float b = c.scaleY[i] * c.scaleY[i];
        float d = c.scaleZ[i] * c.scaleZ[i];
        covXx[i] = r00 * r00 * a + r01 * r01 * b + r02 * r02 * d;
        covXy[i] = r00 * r10 * a + r01 * r11 * b + r02 * r12 * d;
        covXz[i] = r00 * r20 * a + r01 * r21 * b + r02 * r22 * d;
        covYy[i] = r10 * r10 * a + r11 * r11 * b + r12 * r12 * d;
        covYz[i] = r10 * r20 * a + r11 * r21 * b + r12 * r22 * d;
        covZz[i] = r20 * r20 * a + r21 * r21 * b + r22 * r22 * d;
    }
}
