package io.bev.avatar.splat.scene.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.pose.Posers;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.MorphTarget;
import io.bev.avatar.splat.scene.Skeleton;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuiltInAvatarTest {

    private static final Avatar AVATAR = BuiltInAvatar.create();
    private static final GaussianCloud CLOUD = AVATAR.cloud();

    @Test
    void load_packOfTheBuild_hasTheBitsThatCreateMakes() {
        assertThat(BuiltInAvatar.class.getResource(BuiltInAvatar.PACK)).isNotNull();

        assertThat(AvatarPack.write(BuiltInAvatar.load())).isEqualTo(AvatarPack.write(AVATAR));
    }

    @Test
    void create_gaussians_areTensOfThousandsWithoutHarmonics() {
        assertThat(CLOUD.count()).isBetween(30_000, 65_000);
        assertThat(CLOUD.shDegree()).isZero();
    }

    @Test
    void create_gaussians_haveFiniteShapesAndUnitRotations() {
        for (float[] values : CLOUD.fields()) {
            for (float value : values) {
                assertThat(Float.isFinite(value)).isTrue();
            }
        }
        for (int i = 0; i < CLOUD.count(); i++) {
            double norm = Math.sqrt(square(CLOUD.rotationW[i])
                    + square(CLOUD.rotationX[i])
                    + square(CLOUD.rotationY[i])
                    + square(CLOUD.rotationZ[i]));
            assertThat(norm).isCloseTo(1, within(1e-4));
            assertThat(Math.min(CLOUD.scaleX[i], Math.min(CLOUD.scaleY[i], CLOUD.scaleZ[i])))
                    .isPositive();
            assertThat(CLOUD.opacity[i]).isBetween(0.05f, 1f);
            assertThat(Math.min(CLOUD.red[i], Math.min(CLOUD.green[i], CLOUD.blue[i])))
                    .isNotNegative();
        }
    }

    @Test
    void rig_targets_areAllOfArkitInOrderAndMoveSomething() {
        assertThat(targets()).extracting(MorphTarget::name).containsExactlyElementsOf(ArkitBlendshapes.NAMES);
        for (MorphTarget target : targets()) {
            assertThat(target.indices())
                    .as(target.name())
                    .hasSizeGreaterThan(100)
                    .isSorted();
            float largest = 0;
            for (float delta : target.deltas()) {
                assertThat(Float.isFinite(delta)).as(target.name()).isTrue();
                largest = Math.max(largest, Math.abs(delta));
            }
            assertThat(largest).as(target.name()).isBetween(0.0005f, 0.05f);
        }
    }

    @Test
    void rig_weights_sumToOneOnNamedJoints() {
        Skeleton skeleton = skeleton();

        assertThat(skeleton.joints())
                .extracting(Skeleton.Joint::name)
                .containsExactly("root", "chestUpper", "neck", "head");
        assertThat(skeleton.influenceWeights()).hasSize(4 * CLOUD.count());
        for (int i = 0; i < CLOUD.count(); i++) {
            float sum = 0;
            for (int k = 4 * i; k < 4 * i + 4; k++) {
                assertThat(skeleton.influenceWeights()[k]).isBetween(-1e-6f, 1.000001f);
                sum += skeleton.influenceWeights()[k];
            }
            assertThat(sum).isCloseTo(1, within(1e-5f));
        }
    }

    @Test
    void rig_leftAndRightTargets_mirrorEachOther() {
        for (MorphTarget left : targets()) {
            if (left.name().endsWith("Left")
                    && !left.name().equals("jawLeft")
                    && !left.name().equals("mouthLeft")) {
                MorphTarget right = target(left.name().replace("Left", "Right"));
                double[] l = sums(left);
                double[] r = sums(right);
                double tolerance = 0.02 * (Math.abs(l[0]) + Math.abs(l[1]) + Math.abs(l[2]) + 1e-3);
                assertThat(r[0]).as(left.name() + " x").isCloseTo(-l[0], within(tolerance));
                assertThat(r[1]).as(left.name() + " y").isCloseTo(l[1], within(tolerance));
                assertThat(r[2]).as(left.name() + " z").isCloseTo(l[2], within(tolerance));
            }
        }
    }

    @Test
    void smile_cornerOfTheMouth_risesAndMovesOut() {
        MorphTarget smile = target("mouthSmileLeft");
        Vec3 sum = Vec3.ZERO;
        int n = 0;
        for (int k = 0; k < smile.indices().length; k++) {
            Vec3 p = position(smile.indices()[k]);
            if (p.minus(HeadShape.MOUTH_CORNER).length() < 0.006) {
                sum = sum.plus(delta(smile, k));
                n++;
            }
        }
        assertThat(n).isGreaterThan(10);
        assertThat(sum.x() / n).isGreaterThan(0.003);
        assertThat(sum.y() / n).isGreaterThan(0.003);
    }

    @Test
    void tongueOut_tip_passesTheLips() {
        MorphTarget out = target("tongueOut");
        double furthest = 0;
        for (int k = 0; k < out.indices().length; k++) {
            Vec3 p = position(out.indices()[k]).plus(delta(out, k));
            if (delta(out, k).z() > 0.02) {
                furthest = Math.max(furthest, p.z());
            }
        }
        assertThat(furthest).isGreaterThan(0.095);
    }

    @Test
    void turnedHead_shoulders_stayInPlace() {
        ExpressionFrame turned = new ExpressionFrame();
        turned.headYaw = 0.4f;
        PosedGaussians splats = new PosedGaussians(CLOUD);
        Posers.of(AVATAR).pose(turned, splats);

        for (int i = 0; i < CLOUD.count(); i++) {
            if (CLOUD.y[i] < -0.25f) {
                assertThat(splats.x[i]).isCloseTo(CLOUD.x[i], within(1e-3f));
            }
        }
        int tip = nearest(HeadShape.NOSE_TIP);
        assertThat(splats.x[tip]).isGreaterThan(CLOUD.x[tip] + 0.02f);
    }

    private static List<MorphTarget> targets() {
        return AVATAR.rig().orElseThrow().targets();
    }

    private static Skeleton skeleton() {
        return AVATAR.rig().orElseThrow().skeleton();
    }

    private static MorphTarget target(String name) {
        return targets().get(ArkitBlendshapes.indexOf(name).orElseThrow());
    }

    private static int nearest(Vec3 place) {
        int best = 0;
        for (int i = 1; i < CLOUD.count(); i++) {
            if (position(i).minus(place).length() < position(best).minus(place).length()) {
                best = i;
            }
        }
        return best;
    }

    private static Vec3 position(int i) {
        return new Vec3(CLOUD.x[i], CLOUD.y[i], CLOUD.z[i]);
    }

    private static Vec3 delta(MorphTarget target, int k) {
        float[] d = target.deltas();
        return new Vec3(d[3 * k], d[3 * k + 1], d[3 * k + 2]);
    }

    private static double[] sums(MorphTarget target) {
        double[] sums = new double[3];
        for (int k = 0; k < target.deltas().length; k++) {
            sums[k % 3] += target.deltas()[k];
        }
        return sums;
    }

    private static double square(double v) {
        return v * v;
    }
}
