package io.bev.avatar.splat.pose;

import io.bev.avatar.splat.scene.Skeleton;
import io.bev.avatar.splat.scene.Skeleton.Joint;
import java.util.List;
import java.util.Locale;

/**
 * The motion of each joint relative to rest, as a rigid transform and as a quaternion.
 *
 * <p>The head rotation is distributed over head and neck, which are found by name; each joint turns about its own
 * origin in the avatar's axes, so the rig's joint axes do not matter.
 */
final class JointPose {

    /** Largest allowed deviation of rest pose times inverse bind matrix from identity; more means a faulty rig. */
    private static final double MAX_REST_DEVIATION = 1e-2;

    /** Rise of the chest in a full breath, as a fraction of the distance from chest to head. */
    private static final double BREATH_RISE = 0.012;

    /** Fraction of that rise which the neck compensates. */
    private static final double BREATH_NECK_SHARE = 0.55;

    /** Backward lean of the chest in a full breath, radians; the neck compensates it. */
    private static final double BREATH_LEAN = 0.012;

    /** Rigid transform of each joint, [joints, 3, 4] row-major. */
    final float[] transforms;
    /** Its rotation as a unit quaternion w, x, y, z, [joints, 4]. */
    final float[] quaternions;

    private final AvatarAxes axes;
    private final int[] parents;
    /** Origins of the joints at rest, [joints, 3]. */
    private final double[] pivots;
    /** Fraction of the head rotation for each joint. */
    private final double[] turnShares;
    /** Fraction of the breath's rise and lean for each joint; negative where a joint compensates it. */
    private final double[] riseShares;

    private final double[] leanShares;
    private final double rise;
    /** Transforms in double precision, [joints, 12]. */
    private final double[] moves;

    private final double[] local = new double[9];

    JointPose(Skeleton skeleton, AvatarAxes axes) {
        List<Joint> joints = skeleton.joints();
        int n = joints.size();
        this.axes = axes;
        transforms = new float[12 * n];
        quaternions = new float[4 * n];
        parents = new int[n];
        pivots = new double[3 * n];
        turnShares = new double[n];
        riseShares = new double[n];
        leanShares = new double[n];
        moves = new double[12 * n];
        double[] globals = new double[12 * n];
        for (int j = 0; j < n; j++) {
            Joint joint = joints.get(j);
            parents[j] = joint.parent();
            placeAtRest(joint, j, globals);
        }
        int head = assignTurn(joints);
        rise = assignBreath(joints, head);
        apply(new ExpressionFrame());
    }

    private void placeAtRest(Joint joint, int j, double[] globals) {
        double[] global = new double[12];
        for (int k = 0; k < 12; k++) {
            global[k] = joint.local()[k];
        }
        if (joint.parent() >= 0) {
            double[] own = global.clone();
            multiply(globals, 12 * joint.parent(), own, 0, global, 0);
        }
        System.arraycopy(global, 0, globals, 12 * j, 12);
        double[] bind = new double[12];
        for (int k = 0; k < 12; k++) {
            bind[k] = joint.inverseBind()[k];
        }
        double[] rest = new double[12];
        multiply(global, 0, bind, 0, rest, 0);
        for (int k = 0; k < 12; k++) {
            double deviation = Math.abs(rest[k] - (k % 5 == 0 ? 1 : 0));
            if (!(deviation <= MAX_REST_DEVIATION)) {
                throw new IllegalArgumentException(
                        "joint " + joint.name() + ": inverse bind and rest transform differ by " + deviation
                                + ", expected at most " + MAX_REST_DEVIATION);
            }
        }
        for (int a = 0; a < 3; a++) {
            pivots[3 * j + a] = global[4 * a + 3];
        }
    }

    /**
     * Assigns the fractions of the head rotation and returns the head joint, or the first joint if none has that name.
     */
    private int assignTurn(List<Joint> joints) {
        int head = find(joints, "head");
        int upper = find(joints, "neckupper", "neck");
        int lower = find(joints, "necklower");
        if (head < 0) {
            turnShares[0] = 1;
            return 0;
        }
        double neck = 0;
        if (upper >= 0) {
            turnShares[upper] = lower >= 0 ? 0.25 : 0.35;
            neck += turnShares[upper];
        }
        if (lower >= 0) {
            turnShares[lower] = 0.15;
            neck += turnShares[lower];
        }
        turnShares[head] = 1 - neck;
        return head;
    }

    private double assignBreath(List<Joint> joints, int head) {
        int chest = find(joints, "chestupper", "chest", "upperchest", "spine");
        if (chest < 0 || chest == head) {
            return 0;
        }
        riseShares[chest] = 1;
        leanShares[chest] = 1;
        int neck = find(joints, "necklower", "neck", "neckupper");
        int back = neck >= 0 ? neck : head;
        riseShares[back] = -BREATH_NECK_SHARE;
        leanShares[back] = -1;
        double distance = 0;
        for (int a = 0; a < 3; a++) {
            distance = Math.hypot(distance, pivots[3 * head + a] - pivots[3 * chest + a]);
        }
        return BREATH_RISE * distance;
    }

    /** The first joint with one of {@code names}, in order of the names; -1 for none. */
    private static int find(List<Joint> joints, String... names) {
        for (String name : names) {
            for (int j = 0; j < joints.size(); j++) {
                if (joints.get(j)
                        .name()
                        .toLowerCase(Locale.ROOT)
                        .replace("_", "")
                        .equals(name)) {
                    return j;
                }
            }
        }
        return -1;
    }

    /** Fills {@link #transforms} and {@link #quaternions}. */
    void apply(ExpressionFrame e) {
        for (int j = 0; j < parents.length; j++) {
            double turn = turnShares[j];
            double lean = leanShares[j] * BREATH_LEAN * e.breath;
            axes.rotation(turn * e.headYaw, turn * e.headPitch + lean, turn * e.headRoll, local);
            move(j, riseShares[j] * rise * e.breath);
            for (int k = 0; k < 12; k++) {
                transforms[12 * j + k] = (float) moves[12 * j + k];
            }
            writeQuaternion(j);
        }
    }

    /** moves[j] = moves[parent] * T(lift * up + pivot) * local * T(-pivot). */
    private void move(int j, double lift) {
        double[] r = local;
        double px = pivots[3 * j];
        double py = pivots[3 * j + 1];
        double pz = pivots[3 * j + 2];
        double tx = lift * axes.up(0) + px - (r[0] * px + r[1] * py + r[2] * pz);
        double ty = lift * axes.up(1) + py - (r[3] * px + r[4] * py + r[5] * pz);
        double tz = lift * axes.up(2) + pz - (r[6] * px + r[7] * py + r[8] * pz);
        int parent = parents[j];
        for (int i = 0; i < 3; i++) {
            double a = parent < 0 ? (i == 0 ? 1 : 0) : moves[12 * parent + 4 * i];
            double b = parent < 0 ? (i == 1 ? 1 : 0) : moves[12 * parent + 4 * i + 1];
            double c = parent < 0 ? (i == 2 ? 1 : 0) : moves[12 * parent + 4 * i + 2];
            double t = parent < 0 ? 0 : moves[12 * parent + 4 * i + 3];
            int row = 12 * j + 4 * i;
            moves[row] = a * r[0] + b * r[3] + c * r[6];
            moves[row + 1] = a * r[1] + b * r[4] + c * r[7];
            moves[row + 2] = a * r[2] + b * r[5] + c * r[8];
            moves[row + 3] = a * tx + b * ty + c * tz + t;
        }
    }

    /** Shepperd's method: divides by the largest of the four components. */
    private void writeQuaternion(int j) {
        double[] m = moves;
        int o = 12 * j;
        double m00 = m[o];
        double m11 = m[o + 5];
        double m22 = m[o + 10];
        double w = 1 + m00 + m11 + m22;
        double x = 1 + m00 - m11 - m22;
        double y = 1 - m00 + m11 - m22;
        double z = 1 - m00 - m11 + m22;
        double wx = m[o + 9] - m[o + 6];
        double wy = m[o + 2] - m[o + 8];
        double wz = m[o + 4] - m[o + 1];
        double xy = m[o + 1] + m[o + 4];
        double xz = m[o + 2] + m[o + 8];
        double yz = m[o + 6] + m[o + 9];
        if (w >= x && w >= y && w >= z) {
            setQuaternion(j, w, wx, wy, wz);
        } else if (x >= y && x >= z) {
            setQuaternion(j, wx, x, xy, xz);
        } else if (y >= z) {
            setQuaternion(j, wy, xy, y, yz);
        } else {
            setQuaternion(j, wz, xz, yz, z);
        }
    }

    private void setQuaternion(int j, double w, double x, double y, double z) {
        double length = Math.sqrt(w * w + x * x + y * y + z * z);
        quaternions[4 * j] = (float) (w / length);
        quaternions[4 * j + 1] = (float) (x / length);
        quaternions[4 * j + 2] = (float) (y / length);
        quaternions[4 * j + 3] = (float) (z / length);
    }

    private static void multiply(double[] a, int ao, double[] b, int bo, double[] c, int co) {
        for (int r = 0; r < 12; r += 4) {
            for (int k = 0; k < 4; k++) {
                c[co + r + k] = a[ao + r] * b[bo + k]
                        + a[ao + r + 1] * b[bo + 4 + k]
                        + a[ao + r + 2] * b[bo + 8 + k]
                        + (k == 3 ? a[ao + r + 3] : 0);
            }
        }
    }
}
