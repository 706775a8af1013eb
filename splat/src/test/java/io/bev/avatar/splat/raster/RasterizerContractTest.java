package io.bev.avatar.splat.raster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.splat.scene.GaussianCloud;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of every rasteriser. A failure names the seed; {@code -Davatar.seed=N} selects another one. */
public abstract class RasterizerContractTest {

    private static final long SEED = Long.getLong("avatar.seed", 20260101);
    private static final float[] UP = {0, 1, 0};

    private Rasterizer rasterizer;

    protected abstract Rasterizer create();

    /** Minimum peak signal-to-noise ratio relative to the expected image. */
    protected abstract double minimumDecibels();

    /** Renders the expected image. */
    protected abstract void renderExpected(PosedGaussians splats, Camera camera, Framebuffer target);

    @BeforeEach
    void open() {
        rasterizer = create();
    }

    @AfterEach
    void close() {
        rasterizer.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void everyShDegree_rendersAsExpected(int degree) {
        check(RandomClouds.cube(SEED, 400, degree, 0.08, 3), view(160, 120));
    }

    @Test
    void needles_renderAsExpected() {
        check(RandomClouds.cube(SEED + 1, 300, 0, 0.05, 60), view(200, 150));
    }

    @Test
    void hugeGaussians_renderAsExpected() {
        check(RandomClouds.cube(SEED + 2, 60, 1, 3, 4), view(96, 64));
    }

    @Test
    void tinyGaussians_renderAsExpected() {
        check(RandomClouds.cube(SEED + 3, 3000, 0, 1e-4, 10), view(160, 120));
    }

    @ParameterizedTest
    @CsvSource({"1e-4, 10", "5e-3, 3", "0.08, 3", "0.05, 60"})
    void antialiased_renderAsExpected(double size, double stretch) {
        GaussianCloud cloud = RandomClouds.cube(SEED + 16, 3000, 0, size, stretch);
        cloud.antialiased = true;
        if (size < 1e-3) {
            // Subpixel Gaussians are fainter than a step of 8 bits, except for large ones.
            Arrays.fill(cloud.opacity, 1);
            Arrays.fill(cloud.scaleX, 2e-3f);
        }

        check(cloud, view(160, 120));
    }

    @Test
    void cameraInsideTheCloud_doesNotRenderBehindTheNearPlane() {
        GaussianCloud cloud = RandomClouds.cube(SEED + 4, 500, 2, 0.1, 3);
        check(cloud, Camera.lookAt(new float[] {0, 0, 0.1f}, new float[3], UP, 70, 120, 90, 0.2f));
    }

    @Test
    void everythingBehind_isBackground() {
        GaussianCloud cloud = RandomClouds.cube(SEED + 5, 50, 0, 0.1, 2);
        Framebuffer image = new Framebuffer(40, 30, 0.2f, 0.4f, 0.6f);

        rasterizer.render(
                new PosedGaussians(cloud),
                Camera.lookAt(new float[] {0, 0, 3}, new float[] {0, 0, 6}, UP, 40, 40, 30, 0.2f),
                image,
                new StageTimes());

        assertThat(image.bgr).isEqualTo(backgroundOf(image));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 65", "17, 33", "127, 65", "33, 32", "31, 16"})
    void oddSizes_renderAsExpected(int width, int height) {
        check(RandomClouds.cube(SEED + 6, 300, 0, 0.1, 3), view(width, height));
    }

    @Test
    void offCentreCamera_rendersAsExpected() {
        Camera c = view(120, 90);
        check(
                RandomClouds.cube(SEED + 7, 300, 1, 0.1, 3),
                new Camera(c.worldToCamera(), c.focal(), -10.25f, 77.5f, c.width(), c.height(), c.near()));
    }

    @Test
    void movedModel_rendersAsExpected() {
        PosedGaussians splats = new PosedGaussians(RandomClouds.cube(SEED + 8, 300, 3, 0.08, 3));
        float cos = (float) Math.cos(0.7);
        float sin = (float) Math.sin(0.7);
        System.arraycopy(
                new float[] {cos, 0, sin, 0.2f, 0, 1, 0, -0.1f, -sin, 0, cos, 0.3f}, 0, splats.modelToWorld, 0, 12);

        check(splats, view(120, 90), 0, 0, 0);
    }

    @Test
    void background_showsThrough() {
        PosedGaussians splats = new PosedGaussians(RandomClouds.cube(SEED + 9, 200, 0, 0.1, 3));

        check(splats, view(120, 90), 1, 0.5f, 0.25f);
    }

    @Test
    void opaqueStack_rendersAsExpected() {
        GaussianCloud cloud = RandomClouds.cube(SEED + 10, 800, 0, 0.2, 2);
        Arrays.fill(cloud.opacity, 0.999f);

        check(cloud, view(120, 90));
    }

    @Test
    void faintestGaussians_renderAsExpected() {
        GaussianCloud cloud = RandomClouds.cube(SEED + 11, 500, 0, 0.2, 2);
        Random random = new Random(SEED + 11);
        for (int i = 0; i < cloud.count(); i++) {
            cloud.opacity[i] = 0.001f + 0.01f * random.nextFloat();
        }

        check(cloud, view(120, 90));
    }

    @Test
    void emptyCloud_isBackground() {
        Framebuffer image = new Framebuffer(50, 40, 0.5f, 0.25f, 1);

        rasterizer.render(new PosedGaussians(new GaussianCloud(0, 0)), view(50, 40), image, new StageTimes());

        assertThat(image.bgr).isEqualTo(backgroundOf(image));
    }

    @Test
    void nanAndInfinity_renderNothing() {
        GaussianCloud clean = RandomClouds.cube(SEED + 12, 200, 1, 0.1, 3);
        GaussianCloud dirty = RandomClouds.cube(SEED + 12, 200, 1, 0.1, 3);
        float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 3e38f};
        float[][] fields = {dirty.x, dirty.y, dirty.z, dirty.scaleX, dirty.scaleY, dirty.scaleZ, dirty.rotationW};
        for (int i = 0; i < fields.length * values.length; i++) {
            fields[i / values.length][i] = values[i % values.length];
            clean.opacity[i] = 0;
        }
        dirty.opacity[100] = Float.NaN;
        clean.opacity[100] = 0;

        Framebuffer expected = draw(new PosedGaussians(clean), view(120, 90));
        Framebuffer image = draw(new PosedGaussians(dirty), view(120, 90));

        assertThat(decibels(expected.bgr, image.bgr)).as("seed %d", SEED).isGreaterThan(minimumDecibels());
    }

    @Test
    void nextFrame_isIndependentOfTheLast() {
        draw(new PosedGaussians(RandomClouds.cube(SEED + 13, 900, 2, 0.2, 3)), view(200, 150));

        check(RandomClouds.cube(SEED + 14, 100, 0, 0.05, 3), view(130, 170));
        check(RandomClouds.cube(SEED + 15, 1500, 1, 0.05, 3), view(64, 48));
    }

    @Test
    void sizesThatDiffer_areRejected() {
        PosedGaussians splats = new PosedGaussians(new GaussianCloud(0, 0));
        Framebuffer image = new Framebuffer(20, 10, 0, 0, 0);

        assertThatThrownBy(() -> rasterizer.render(splats, view(10, 20), image, new StageTimes()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10x20")
                .hasMessageContaining("20x10");
    }

    private static Camera view(int width, int height) {
        return Camera.lookAt(new float[] {0.5f, 0.4f, 3}, new float[3], UP, 45, width, height, 0.2f);
    }

    private void check(GaussianCloud cloud, Camera camera) {
        check(new PosedGaussians(cloud), camera, 0, 0, 0);
    }

    private void check(PosedGaussians splats, Camera camera, float red, float green, float blue) {
        Framebuffer expected = new Framebuffer(camera.width(), camera.height(), red, green, blue);
        Framebuffer image = new Framebuffer(camera.width(), camera.height(), red, green, blue);
        renderExpected(splats, camera, expected);

        rasterizer.render(splats, camera, image, new StageTimes());

        assertThat(variety(expected.bgr)).as("levels in the expected image").isGreaterThan(1);
        if (image.bgr.length < 3000) {
            // With few pixels, one step of rounding dominates the ratio.
            assertThat(largestDifference(expected.bgr, image.bgr))
                    .as("seed %d", SEED)
                    .isLessThanOrEqualTo(1);
        } else {
            assertThat(decibels(expected.bgr, image.bgr))
                    .as("decibels, seed %d", SEED)
                    .isGreaterThan(minimumDecibels());
        }
    }

    private Framebuffer draw(PosedGaussians splats, Camera camera) {
        Framebuffer image = new Framebuffer(camera.width(), camera.height(), 0, 0, 0);
        rasterizer.render(splats, camera, image, new StageTimes());
        return image;
    }

    private static byte[] backgroundOf(Framebuffer image) {
        byte[] bgr = new byte[image.bgr.length];
        for (int i = 0; i < bgr.length; i += 3) {
            bgr[i] = (byte) Math.round(255 * image.backgroundBlue);
            bgr[i + 1] = (byte) Math.round(255 * image.backgroundGreen);
            bgr[i + 2] = (byte) Math.round(255 * image.backgroundRed);
        }
        return bgr;
    }

    private static long variety(byte[] bgr) {
        boolean[] seen = new boolean[256];
        for (byte b : bgr) {
            seen[b & 255] = true;
        }
        long levels = 0;
        for (boolean s : seen) {
            levels += s ? 1 : 0;
        }
        return levels;
    }

    private static int largestDifference(byte[] a, byte[] b) {
        int largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs((a[i] & 255) - (b[i] & 255)));
        }
        return largest;
    }

    /** Peak signal-to-noise ratio of two images; infinite if equal. */
    public static double decibels(byte[] a, byte[] b) {
        assertThat(a).hasSameSizeAs(b);
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double d = (a[i] & 255) - (b[i] & 255);
            sum += d * d;
        }
        return 10 * Math.log10(255.0 * 255.0 * a.length / sum);
    }
}
