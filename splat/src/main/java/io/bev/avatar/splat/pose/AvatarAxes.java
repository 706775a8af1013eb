package io.bev.avatar.splat.pose;

import io.bev.avatar.splat.scene.Framing;

/**
 * The avatar's own left, up and forward directions, as unit vectors of its cloud. Forward is towards the camera of its
 * portrait.
 *
 * <p>Left, up and forward are right-handed in this order for any axes of the cloud.
 */
final class AvatarAxes {

    /** Columns left, up, forward; [3, 3] row-major. */
    private final double[] basis;

    private AvatarAxes(double[] basis) {
        this.basis = basis;
    }

    static AvatarAxes of(Framing framing) {
        double[] up = unit(framing.upX(), framing.upY(), framing.upZ());
        double fx = (double) framing.eyeX() - framing.targetX();
        double fy = (double) framing.eyeY() - framing.targetY();
        double fz = (double) framing.eyeZ() - framing.targetZ();
        // A camera above or below eye level does not make the avatar lean.
        double rise = fx * up[0] + fy * up[1] + fz * up[2];
        double[] forward = unit(fx - rise * up[0], fy - rise * up[1], fz - rise * up[2]);
        double[] left = {
            up[1] * forward[2] - up[2] * forward[1],
            up[2] * forward[0] - up[0] * forward[2],
            up[0] * forward[1] - up[1] * forward[0]
        };
        return new AvatarAxes(
                new double[] {left[0], up[0], forward[0], left[1], up[1], forward[1], left[2], up[2], forward[2]});
    }

    private static double[] unit(double x, double y, double z) {
        double length = Math.sqrt(x * x + y * y + z * z);
        if (!(length > 1e-9)) {
            throw new IllegalArgumentException("framing: camera above or at its target, expected a view from the side");
        }
        return new double[] {x / length, y / length, z / length};
    }

    /** Component {@code axis} (0 x, 1 y, 2 z) of the direction upwards. */
    double up(int axis) {
        return basis[3 * axis + 1];
    }

    /**
     * Writes a turn of the head into {@code out}, [3, 3] row-major: first roll, then pitch, then yaw, with the signs of {@link
     * ExpressionFrame}.
     */
    void rotation(double yaw, double pitch, double roll, double[] out) {
        double cy = Math.cos(yaw);
        double sy = Math.sin(yaw);
        double cp = Math.cos(-pitch);
        double sp = Math.sin(-pitch);
        double cr = Math.cos(-roll);
        double sr = Math.sin(-roll);
        // Ry(yaw) Rx(-pitch) Rz(-roll) in left, up, forward.
        double r00 = cy * cr + sy * sp * sr;
        double r01 = -cy * sr + sy * sp * cr;
        double r02 = sy * cp;
        double r10 = cp * sr;
        double r11 = cp * cr;
        double r12 = -sp;
        double r20 = -sy * cr + cy * sp * sr;
        double r21 = sy * sr + cy * sp * cr;
        double r22 = cy * cp;
        double[] b = basis;
        for (int i = 0; i < 3; i++) {
            double x = b[3 * i];
            double y = b[3 * i + 1];
            double z = b[3 * i + 2];
            double c0 = x * r00 + y * r10 + z * r20;
            double c1 = x * r01 + y * r11 + z * r21;
            double c2 = x * r02 + y * r12 + z * r22;
            for (int j = 0; j < 3; j++) {
                out[3 * i + j] = c0 * b[3 * j] + c1 * b[3 * j + 1] + c2 * b[3 * j + 2];
            }
        }
    }
}
