package io.bev.avatar.renderer.rig;

import io.bev.avatar.renderer.raster.Splats;
import io.bev.avatar.renderer.scene.Framing;

/**
 * Poses a cloud without a rig: the whole turns about the point that its portrait looks at. Gaussians stay as they are, so
 * view-dependent colour turns with them.
 */
final class StaticPoser implements Poser {

    private final HeadAxes axes;
    private final double[] centre;
    private final double[] rotation = new double[9];

    StaticPoser(Framing framing) {
        axes = HeadAxes.of(framing);
        centre = new double[] {framing.targetX(), framing.targetY(), framing.targetZ()};
    }

    @Override
    public void pose(ExpressionFrame e, Splats out) {
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
