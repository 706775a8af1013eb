package io.bev.avatar.splat.pose;

import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.scene.Framing;

/**
 * Poses a cloud without a rig: it rotates as a whole about the target of its portrait. The Gaussians are unchanged, so
 * view-dependent colour rotates with them.
 */
final class StaticPoser implements Poser {

    private final AvatarAxes axes;
    private final double[] centre;
    private final double[] rotation = new double[9];

    StaticPoser(Framing framing) {
        axes = AvatarAxes.of(framing);
        centre = new double[] {framing.targetX(), framing.targetY(), framing.targetZ()};
    }

    @Override
    public void pose(ExpressionFrame e, PosedGaussians out) {
        axes.rotation(e.headYaw, e.headPitch, e.headRoll, rotation);
        double[] r = rotation;
        double[] c = centre;
        for (int i = 0; i < 3; i++) {
            out.modelToWorld[4 * i] = (float) r[3 * i];
            out.modelToWorld[4 * i + 1] = (float) r[3 * i + 1];
            out.modelToWorld[4 * i + 2] = (float) r[3 * i + 2];
            out.modelToWorld[4 * i + 3] =
                    (float) (c[i] - (r[3 * i] * c[0] + r[3 * i + 1] * c[1] + r[3 * i + 2] * c[2]));
        }
    }
}
