package io.bev.avatar.splat.raster.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.RandomClouds;
import io.bev.avatar.splat.raster.RasterizerContractTest;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cpu.ReferenceRasterizer;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Frames, models and contexts over and over, in pictures so small that their number is what counts. */
final class LeakLoop {

    /** Of so many models one needs more room for its instances than is made at first, and has a larger picture. */
    private static final int ONE_GROWS_OF = 10;

    private final Supplier<CudaRasterizer> opener;

    LeakLoop(Supplier<CudaRasterizer> opener) {
        this.opener = opener;
    }

    private static final class Scene {
        final PosedGaussians splats;
        final Camera view;
        final Framebuffer picture;
        final StageTimes times = new StageTimes();

        Scene(GaussianCloud cloud, int width, int height) {
            splats = new PosedGaussians(cloud);
            view = Camera.lookAt(
                    new float[] {0.5f, 0.4f, 3}, new float[3], new float[] {0, 1, 0}, 45, width, height, 0.2f);
            picture = new Framebuffer(width, height, 0, 0, 0);
        }

        static Scene number(int i) {
            return i % ONE_GROWS_OF == ONE_GROWS_OF - 1
                    ? new Scene(RandomClouds.cube(i, 120, 0, 5, 1.2), 160, 112)
                    : new Scene(RandomClouds.cube(i, 40, 0, 0.1, 3), 32, 16);
        }

        void draw(CudaRasterizer rasterizer) {
            rasterizer.render(splats, view, picture, times);
        }

        void drawRight(CudaRasterizer rasterizer) {
            draw(rasterizer);
            Framebuffer expected = new Framebuffer(picture.width, picture.height, 0, 0, 0);
            new ReferenceRasterizer().render(splats, view, expected, times);
            assertThat(RasterizerContractTest.decibels(expected.bgr, picture.bgr))
                    .isGreaterThan(50);
        }
    }

    /** Whatever is drawn there. */
    void frames(CudaRasterizer rasterizer, int number) {
        Scene scene = Scene.number(0);
        for (int i = 0; i < number; i++) {
            scene.draw(rasterizer);
        }
    }

    void models(CudaRasterizer rasterizer, int number) {
        for (int i = 0; i < number; i++) {
            Scene.number(i).drawRight(rasterizer);
        }
    }

    void contexts(int number) {
        for (int i = 0; i < number; i++) {
            try (CudaRasterizer rasterizer = opener.get()) {
                Scene.number(0).drawRight(rasterizer);
            }
        }
    }

    /** Memory of this process that is not of files, in KiB. */
    static long residentKib() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
