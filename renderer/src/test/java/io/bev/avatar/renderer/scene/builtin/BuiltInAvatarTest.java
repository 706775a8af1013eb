package io.bev.avatar.renderer.scene.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bev.avatar.renderer.raster.Camera;
import io.bev.avatar.renderer.raster.Framebuffer;
import io.bev.avatar.renderer.raster.Splats;
import io.bev.avatar.renderer.raster.StageTimes;
import io.bev.avatar.renderer.raster.cpu.ReferenceRasterizer;
import io.bev.avatar.renderer.rig.ArkitBlendshapes;
import io.bev.avatar.renderer.rig.ExpressionFrame;
import io.bev.avatar.renderer.rig.MorphTarget;
import io.bev.avatar.renderer.rig.Posers;
import io.bev.avatar.renderer.rig.Skeleton;
import io.bev.avatar.renderer.scene.Avatar;
import io.bev.avatar.renderer.scene.GaussianCloud;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuiltInAvatarTest {

    private static final Avatar AVATAR = BuiltInAvatar.create();
    private static final GaussianCloud CLOUD = AVATAR.cloud();

    /** Decides whether a pixel counts, from its channels in 0..255. */
    @FunctionalInterface
    private interface Colour {
        boolean matches(int red, int green, int blue);
    }

    private static final Colour IRIS = new Colour() {
        @Override
        public boolean matches(int red, int green, int blue) {
            return blue > red + 25 && green > red + 25;
        }
    };

    @Test
    void create_twice_givesTheSameBits() {
        Avatar other = BuiltInAvatar.create();

        assertThat(hash(other)).isEqualTo(hash(AVATAR));
    }

    @Test
    void create_gaussians_areTensOfThousandsWithoutHarmonics() {
        assertThat(CLOUD.count()).isBetween(30_000, 65_000);
        assertThat(CLOUD.shDegree()).isZero();
    }

    @Test
    void create_gaussians_haveFiniteShapesAndUnitRotations() {
        for (float[] values : arrays(CLOUD)) {
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
    void portrait_centre_isSkin() {
        Framebuffer picture = render(new ExpressionFrame(), Camera.of(AVATAR.framing(), 320, 180));

        int skin = count(picture, 145, 70, 30, 50, (r, g, b) -> r > g && g > b && r > 90);

        assertThat(skin).isGreaterThan(30 * 50 * 7 / 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Left", "Right"})
    void blink_atFullWeight_hidesTheEye(String side) {
        double x = side.equals("Left") ? EyeShape.CENTRE.x() : -EyeShape.CENTRE.x();
        Camera camera = closeUp(x, 0.0, 2.2f);
        ExpressionFrame closed = with("eyeBlink" + side, 1);

        Colour white = (r, g, b) -> Math.min(r, Math.min(g, b)) > 150 && Math.abs(r - b) < 24;
        Framebuffer before = render(new ExpressionFrame(), camera);
        Framebuffer after = render(closed, camera);

        assertThat(count(before, IRIS)).isGreaterThan(400);
        assertThat(count(before, white)).isGreaterThan(100);
        assertThat(count(after, IRIS)).isLessThan(4);
        assertThat(count(after, white)).isLessThan(4);
    }

    @Test
    void lookLeft_iris_movesTowardsTheAvatarsLeft() {
        Camera camera = closeUp(EyeShape.CENTRE.x(), 0.0, 2.2f);

        double rest = centreX(render(new ExpressionFrame(), camera), IRIS);
        double out = centreX(render(with("eyeLookOutLeft", 1), camera), IRIS);
        double in = centreX(render(with("eyeLookInLeft", 1), camera), IRIS);

        assertThat(out).isGreaterThan(rest + 8);
        assertThat(in).isLessThan(rest - 8);
    }

    @Test
    void jawOpen_mouth_showsItsDarkInside() {
        Camera camera = closeUp(0, -0.075, 4.5f);
        Colour dark = (r, g, b) -> r + g + b < 150;

        int shut = count(render(new ExpressionFrame(), camera), dark);
        int open = count(render(with("jawOpen", 1), camera), dark);

        assertThat(open).isGreaterThan(shut + 500);
    }

    @Test
    void turnedHead_shoulders_stayInPlace() {
        ExpressionFrame turned = new ExpressionFrame();
        turned.headYaw = 0.4f;
        Splats splats = new Splats(CLOUD);
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

    private static ExpressionFrame with(String name, float weight) {
        ExpressionFrame frame = new ExpressionFrame();
        frame.weights[ArkitBlendshapes.indexOf(name).orElseThrow()] = weight;
        return frame;
    }

    private static Camera closeUp(double x, double y, float fovDegrees) {
        float[] target = {(float) x, (float) y, 0};
        float[] eye = {(float) x, (float) y, 1};
        return Camera.lookAt(eye, target, new float[] {0, 1, 0}, fovDegrees, 160, 120, 0.01f);
    }

    private static Framebuffer render(ExpressionFrame expression, Camera camera) {
        Splats splats = new Splats(CLOUD);
        Posers.of(AVATAR).pose(expression, splats);
        Framebuffer picture = new Framebuffer(camera.width(), camera.height(), 0.055f, 0.067f, 0.086f);
        try (ReferenceRasterizer rasterizer = new ReferenceRasterizer()) {
            rasterizer.render(splats, camera, picture, new StageTimes());
        }
        return picture;
    }

    private static int count(Framebuffer picture, Colour colour) {
        return count(picture, 0, 0, picture.width, picture.height, colour);
    }

    private static int count(Framebuffer picture, int left, int top, int width, int height, Colour colour) {
        int n = 0;
        for (int y = top; y < top + height; y++) {
            for (int x = left; x < left + width; x++) {
                n += matches(picture, x, y, colour) ? 1 : 0;
            }
        }
        return n;
    }

    private static double centreX(Framebuffer picture, Colour colour) {
        double sum = 0;
        int n = 0;
        for (int y = 0; y < picture.height; y++) {
            for (int x = 0; x < picture.width; x++) {
                if (matches(picture, x, y, colour)) {
                    sum += x;
                    n++;
                }
            }
        }
        assertThat(n).isPositive();
        return sum / n;
    }

    private static boolean matches(Framebuffer picture, int x, int y, Colour colour) {
        int at = 3 * (y * picture.width + x);
        return colour.matches(picture.bgr[at + 2] & 0xff, picture.bgr[at + 1] & 0xff, picture.bgr[at] & 0xff);
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

    private static List<float[]> arrays(GaussianCloud c) {
        return List.of(
                c.x,
                c.y,
                c.z,
                c.scaleX,
                c.scaleY,
                c.scaleZ,
                c.rotationW,
                c.rotationX,
                c.rotationY,
                c.rotationZ,
                c.opacity,
                c.red,
                c.green,
                c.blue);
    }

    private static int hash(Avatar avatar) {
        int hash = 1;
        for (float[] values : arrays(avatar.cloud())) {
            hash = 31 * hash + Arrays.hashCode(values);
        }
        for (MorphTarget target : avatar.rig().orElseThrow().targets()) {
            hash = 31 * hash + Arrays.hashCode(target.indices());
            hash = 31 * hash + Arrays.hashCode(target.deltas());
        }
        Skeleton skeleton = avatar.rig().orElseThrow().skeleton();
        hash = 31 * hash + Arrays.hashCode(skeleton.influenceJoints());
        return 31 * hash + Arrays.hashCode(skeleton.influenceWeights());
    }
}
