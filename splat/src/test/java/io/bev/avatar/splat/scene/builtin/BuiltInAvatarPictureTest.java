package io.bev.avatar.splat.scene.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.pose.Posers;
import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.GaussianCloud;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The appearance of the built-in avatar, rendered by the reference rasteriser. */
class BuiltInAvatarPictureTest {

    private static final Avatar AVATAR = BuiltInAvatar.load();
    private static final GaussianCloud CLOUD = AVATAR.cloud();

    /** Decides whether a pixel counts, from its channels in 0..255. */
    @FunctionalInterface
    private interface Colour {
        boolean matches(int red, int green, int blue);
    }

    @Test
    void portrait_centre_isSkin() {
        Framebuffer image = render(new ExpressionFrame(), Camera.of(AVATAR.framing(), 320, 180));

        int skin = count(image, 145, 70, 30, 50, BuiltInAvatarPictureTest::isSkin);

        assertThat(skin).isGreaterThan(30 * 50 * 7 / 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Left", "Right"})
    void blink_atFullWeight_hidesTheEye(String side) {
        double x = side.equals("Left") ? EyeShape.CENTRE.x() : -EyeShape.CENTRE.x();
        Camera camera = closeUp(x, 0.0, 2.2f);
        ExpressionFrame closed = with("eyeBlink" + side, 1);

        Framebuffer before = render(new ExpressionFrame(), camera);
        Framebuffer after = render(closed, camera);

        assertThat(count(before, BuiltInAvatarPictureTest::isIris)).isGreaterThan(400);
        assertThat(count(before, BuiltInAvatarPictureTest::isWhite)).isGreaterThan(100);
        assertThat(count(after, BuiltInAvatarPictureTest::isIris)).isLessThan(4);
        assertThat(count(after, BuiltInAvatarPictureTest::isWhite)).isLessThan(4);
    }

    @Test
    void lookLeft_iris_movesTowardsTheAvatarsLeft() {
        Camera camera = closeUp(EyeShape.CENTRE.x(), 0.0, 2.2f);

        double rest = centreX(render(new ExpressionFrame(), camera), BuiltInAvatarPictureTest::isIris);
        double out = centreX(render(with("eyeLookOutLeft", 1), camera), BuiltInAvatarPictureTest::isIris);
        double in = centreX(render(with("eyeLookInLeft", 1), camera), BuiltInAvatarPictureTest::isIris);

        assertThat(out).isGreaterThan(rest + 8);
        assertThat(in).isLessThan(rest - 8);
    }

    @Test
    void jawOpen_mouth_showsItsDarkInside() {
        Camera camera = closeUp(0, -0.075, 4.5f);

        int shut = count(render(new ExpressionFrame(), camera), BuiltInAvatarPictureTest::isDark);
        int open = count(render(with("jawOpen", 1), camera), BuiltInAvatarPictureTest::isDark);

        assertThat(open).isGreaterThan(shut + 500);
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
        PosedGaussians splats = new PosedGaussians(CLOUD);
        Posers.of(AVATAR).pose(expression, splats);
        Framebuffer image = new Framebuffer(camera.width(), camera.height(), 0.055f, 0.067f, 0.086f);
        try (ReferenceRasterizer rasterizer = new ReferenceRasterizer()) {
            rasterizer.render(splats, camera, image, new StageTimes());
        }
        return image;
    }

    private static int count(Framebuffer image, Colour colour) {
        return count(image, 0, 0, image.width, image.height, colour);
    }

    private static int count(Framebuffer image, int left, int top, int width, int height, Colour colour) {
        int n = 0;
        for (int y = top; y < top + height; y++) {
            for (int x = left; x < left + width; x++) {
                n += matches(image, x, y, colour) ? 1 : 0;
            }
        }
        return n;
    }

    private static double centreX(Framebuffer image, Colour colour) {
        double sum = 0;
        int n = 0;
        for (int y = 0; y < image.height; y++) {
            for (int x = 0; x < image.width; x++) {
                if (matches(image, x, y, colour)) {
                    sum += x;
                    n++;
                }
            }
        }
        assertThat(n).isPositive();
        return sum / n;
    }

    private static boolean matches(Framebuffer image, int x, int y, Colour colour) {
        int at = 3 * (y * image.width + x);
        return colour.matches(image.bgr[at + 2] & 0xff, image.bgr[at + 1] & 0xff, image.bgr[at] & 0xff);
    }

    private static boolean isIris(int red, int green, int blue) {
        return blue > red + 25 && green > red + 25;
    }

    private static boolean isWhite(int red, int green, int blue) {
        return Math.min(red, Math.min(green, blue)) > 150 && Math.abs(red - blue) < 24;
    }

    private static boolean isDark(int red, int green, int blue) {
        return red + green + blue < 150;
    }

    private static boolean isSkin(int red, int green, int blue) {
        return red > green && green > blue && red > 90;
    }
}
