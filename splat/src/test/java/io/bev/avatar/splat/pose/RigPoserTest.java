package io.bev.avatar.splat.pose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.Framing;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.MorphTarget;
import io.bev.avatar.splat.scene.Rig;
import io.bev.avatar.splat.scene.SharedAvatars;
import io.bev.avatar.splat.scene.Skeleton;
import io.bev.avatar.splat.scene.Skeleton.Joint;
import io.bev.avatar.splat.scene.io.AvatarLoader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RigPoserTest {

    /** A head that is y up and looks along +z; its left is +x. */
    private static final Framing FRONT = new Framing(0, 0, 5, 0, 0, 0, 0, 1, 0, 20, 0.01f);

    private static final float HALF_TURN_EACH = (float) Math.PI / 2;

    private final ExpressionFrame expression = new ExpressionFrame();

    @Test
    void pose_atRest_isTheCloud() {
        GaussianCloud cloud = cloud(6);
        PosedGaussians out = new PosedGaussians(cloud);
        PosedGaussians rest = new PosedGaussians(cloud);

        Posers.of(avatar(cloud, FRONT)).pose(expression, out);

        assertThat(out.x).containsExactly(rest.x, within(1e-6f));
        assertThat(out.y).containsExactly(rest.y, within(1e-6f));
        assertThat(out.covXy).containsExactly(rest.covXy, within(1e-7f));
    }

    @Test
    void pose_target_movesItsGaussiansByItsWeight() {
        GaussianCloud cloud = cloud(6);
        PosedGaussians out = new PosedGaussians(cloud);
        set("jawOpen", 0.5f);

        Posers.of(avatar(cloud, FRONT)).pose(expression, out);

        assertThat(out.y[1]).isCloseTo(cloud.y[1] - 0.1f, within(1e-6f));
        assertThat(out.y[2]).isCloseTo(cloud.y[2], within(1e-6f));
    }

    /** Gaussian 5 follows head and neck by half each; see {@link #avatar}. */
    @Test
    void pose_blendedGaussian_isTheWeightedSumOfItsJoints() {
        GaussianCloud cloud = cloud(6);
        cloud.x[5] = 0;
        cloud.y[5] = 3;
        cloud.z[5] = 1;
        PosedGaussians out = new PosedGaussians(cloud);
        expression.headYaw = HALF_TURN_EACH;

        Posers.of(avatar(cloud, FRONT)).pose(expression, out);

        // The neck takes 0.35 of a quarter turn about the y axis; neck and head together all of it.
        double neck = 0.35 * HALF_TURN_EACH;
        assertThat(out.x[5]).isCloseTo((float) (0.5 * Math.sin(neck) + 0.5), within(1e-6f));
        assertThat(out.y[5]).isCloseTo(3, within(1e-6f));
        assertThat(out.z[5]).isCloseTo((float) (0.5 * Math.cos(neck)), within(1e-6f));
    }

    @Test
    void pose_headGaussian_turnsAboutItsJoints() {
        GaussianCloud cloud = cloud(6);
        cloud.x[0] = 0;
        cloud.y[0] = 2;
        cloud.z[0] = 1;
        PosedGaussians out = new PosedGaussians(cloud);
        expression.headPitch = 0.4f;

        Posers.of(avatar(cloud, FRONT)).pose(expression, out);

        // The head's joint at y = 2 is carried by the neck's at y = 1; then the nose, 1 before it, rises by the whole
        // angle.
        double neck = 0.35 * 0.4;
        assertThat(out.y[0]).isCloseTo((float) (1 + Math.cos(neck) + Math.sin(0.4)), within(1e-5f));
        assertThat(out.z[0]).isCloseTo((float) (-Math.sin(neck) + Math.cos(0.4)), within(1e-5f));
    }

    @Test
    void pose_positiveAngles_goLeftUpAndToTheLeftShoulder() {
        // The same head in the axes of trained clouds: y down, seen along +z, so its left is +x and forward is -z.
        Framing trained = new Framing(0, 0, -5, 0, 0, 0, 0, -1, 0, 20, 0.01f);
        GaussianCloud cloud = cloud(6);
        for (Framing framing : List.of(FRONT, trained)) {
            float up = framing.upY();
            float forward = Math.signum(framing.eyeZ());
            // Nose and crown relative to the head's joint.
            cloud.x[0] = 0;
            cloud.y[0] = 2;
            cloud.z[0] = forward;
            cloud.x[1] = 0;
            cloud.y[1] = 2 + up;
            cloud.z[1] = 0;
            PosedGaussians out = new PosedGaussians(cloud);
            Poser poser = Posers.of(avatar(cloud, framing));

            expression.rest();
            expression.headYaw = 0.3f;
            poser.pose(expression, out);
            assertThat(out.x[0]).as("nose to its left").isGreaterThan(0.2f);

            expression.rest();
            expression.headPitch = 0.3f;
            poser.pose(expression, out);
            assertThat(up * out.y[0]).as("nose up").isGreaterThan(up * 2);

            expression.rest();
            expression.headRoll = 0.3f;
            poser.pose(expression, out);
            assertThat(out.x[1]).as("crown to its left").isGreaterThan(0.1f);
        }
    }

    @Test
    void pose_breath_raisesTheChestMoreThanTheHead() {
        GaussianCloud cloud = cloud(6);
        PosedGaussians out = new PosedGaussians(cloud);
        expression.breath = 1;

        Posers.of(avatar(cloud, FRONT)).pose(expression, out);

        float chest = out.y[4] - cloud.y[4];
        float head = out.y[1] - cloud.y[1];
        assertThat(chest).isPositive().isLessThan(0.1f);
        assertThat(head).isPositive().isLessThan(chest);
    }

    @Test
    void pose_turnedGaussian_keepsTheShapeOfItsCovariance() {
        GaussianCloud cloud = cloud(200);
        PosedGaussians rest = new PosedGaussians(cloud);
        PosedGaussians out = new PosedGaussians(cloud);
        expression.headYaw = 1.2f;
        expression.headPitch = -0.5f;
        expression.headRoll = 0.4f;
        expression.breath = 1;

        Posers.of(avatar(cloud, FRONT)).pose(expression, out);

        for (int i = 0; i < cloud.count(); i++) {
            double trace = rest.covXx[i] + rest.covYy[i] + rest.covZz[i];
            assertThat((double) out.covXx[i] + out.covYy[i] + out.covZz[i]).isCloseTo(trace, within(1e-5 * trace));
            assertThat(determinant(out, i)).isCloseTo(determinant(rest, i), within(1e-3 * determinant(rest, i)));
            assertThat(out.covXx[i]).isPositive();
            assertThat((double) out.covXx[i] * out.covYy[i] - (double) out.covXy[i] * out.covXy[i])
                    .isPositive();
        }
        assertThat(out.covXx[0]).isNotCloseTo(rest.covXx[0], within(1e-6f));
    }

    private static double determinant(PosedGaussians s, int i) {
        double xx = s.covXx[i];
        double xy = s.covXy[i];
        double xz = s.covXz[i];
        double yy = s.covYy[i];
        double yz = s.covYz[i];
        double zz = s.covZz[i];
        return xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz);
    }

    @Test
    void pose_again_isIndependentOfThePreviousFrame() {
        GaussianCloud cloud = cloud(50);
        Poser poser = Posers.of(avatar(cloud, FRONT));
        PosedGaussians once = new PosedGaussians(cloud);
        PosedGaussians twice = new PosedGaussians(cloud);
        set("jawOpen", 1);
        expression.headYaw = 1;
        poser.pose(expression, twice);
        set("jawOpen", 0.25f);
        expression.headYaw = -0.1f;

        poser.pose(expression, twice);
        poser.pose(expression, once);

        assertThat(twice.y).containsExactly(once.y);
        assertThat(twice.covXz).containsExactly(once.covXz);
    }

    @Test
    void pose_realAvatar_bringsTheChinDownAndKeepsTheShoulders() throws IOException {
        Avatar avatar = AvatarLoader.load(SharedAvatars.require("james.zip"));
        GaussianCloud cloud = avatar.cloud();
        PosedGaussians out = new PosedGaussians(cloud);
        Poser poser = Posers.of(avatar);
        poser.pose(expression, out);
        assertThat(out.x).containsExactly(cloud.x, within(1e-6f));
        int lowest = 0;
        int nose = 0;
        for (int i = 0; i < cloud.count(); i++) {
            lowest = cloud.y[i] < cloud.y[lowest] ? i : lowest;
            nose = cloud.z[i] > cloud.z[nose] ? i : nose;
        }

        expression.headYaw = 0.5f;
        poser.pose(expression, out);

        assertThat(out.x[lowest]).isCloseTo(cloud.x[lowest], within(1e-4f));
        assertThat(out.x[nose]).isGreaterThan(cloud.x[nose] + 0.03f);
    }

    @Test
    void pose_frameAfterFrame_allocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        GaussianCloud cloud = cloud(100);
        PosedGaussians out = new PosedGaussians(cloud);
        Poser poser = Posers.of(avatar(cloud, FRONT));
        set("jawOpen", 1);
        poser.pose(expression, out);

        long before = threads.getCurrentThreadAllocatedBytes();
        for (int k = 0; k < 1000; k++) {
            expression.headYaw = 0.001f * k;
            poser.pose(expression, out);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        // The counter itself may allocate a little; a frame may not.
        assertThat(allocated).isLessThan(1000);
    }

    @Test
    void of_rigOfAnotherCloud_isRejected() {
        Avatar avatar = avatar(cloud(6), FRONT);
        Avatar wrong = new Avatar("test", cloud(7), avatar.rig(), FRONT);

        assertThatThrownBy(() -> Posers.of(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("6 Gaussians: expected at least one joint and 7 Gaussians");
    }

    @Test
    void of_jointsAwayFromRest_isRejected() {
        float[] off = {1, 0, 0, 0, 0, 1, 0, -0.5f, 0, 0, 1, 0};
        Skeleton skeleton =
                new Skeleton(List.of(new Joint("head", -1, translation(2), off)), new int[4], new float[] {1, 0, 0, 0});
        Avatar avatar = new Avatar("test", cloud(1), Optional.of(new Rig(List.of(), skeleton)), FRONT);

        assertThatThrownBy(() -> Posers.of(avatar))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("joint head");
    }

    private void set(String name, float weight) {
        expression.weights[ArkitBlendshapes.indexOf(name).orElseThrow()] = weight;
    }

    private static GaussianCloud cloud(int count) {
        GaussianCloud cloud = new GaussianCloud(count, 0);
        Random random = new Random(7);
        for (int i = 0; i < count; i++) {
            cloud.x[i] = random.nextFloat() - 0.5f;
            cloud.y[i] = random.nextFloat() + 2;
            cloud.z[i] = random.nextFloat() - 0.5f;
            cloud.scaleX[i] = 0.01f + random.nextFloat();
            cloud.scaleY[i] = 0.01f + random.nextFloat();
            cloud.scaleZ[i] = 0.01f + random.nextFloat();
            double a = 2 * Math.PI * random.nextDouble();
            cloud.rotationW[i] = (float) Math.cos(a);
            cloud.rotationX[i] = (float) (Math.sin(a) * 0.6);
            cloud.rotationZ[i] = (float) (Math.sin(a) * 0.8);
        }
        return cloud;
    }

    /**
     * Chest at y = 0, neck at y = 1, head at y = 2; every sixth Gaussian from 4 follows the chest, from 5 neck and
     * head.
     */
    private static Avatar avatar(GaussianCloud cloud, Framing framing) {
        List<Joint> joints = List.of(
                new Joint("chest", -1, translation(0), translation(0)),
                new Joint("neck", 0, translation(1), translation(-1)),
                new Joint("head", 1, translation(1), translation(-2)));
        int[] influences = new int[4 * cloud.count()];
        float[] weights = new float[4 * cloud.count()];
        for (int i = 0; i < cloud.count(); i++) {
            switch (i % 6) {
                case 4 -> weights[4 * i] = 1;
                case 5 -> {
                    influences[4 * i] = 2;
                    weights[4 * i] = 0.5f;
                    influences[4 * i + 2] = 1;
                    weights[4 * i + 2] = 0.5f;
                }
                default -> {
                    influences[4 * i + 1] = 2;
                    weights[4 * i + 1] = 1;
                }
            }
        }
        MorphTarget jaw = new MorphTarget("jawOpen", new int[] {1, 3}, new float[] {0, -0.2f, 0, 0.1f, -0.1f, 0});
        return new Avatar(
                "test", cloud, Optional.of(new Rig(List.of(jaw), new Skeleton(joints, influences, weights))), framing);
    }

    private static float[] translation(float y) {
        return new float[] {1, 0, 0, 0, 0, 1, 0, y, 0, 0, 1, 0};
    }
}
