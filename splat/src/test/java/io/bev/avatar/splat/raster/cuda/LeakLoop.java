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

/** Repeated frames, models and contexts, in images so small that their number dominates. */
final class LeakLoop {

    /** One of every n models needs more than the initial capacity for its instances, and has a larger image. */
    private static final int ONE_GROWS_OF = 10;

    private final Supplier<CudaRasterizer> opener;

    LeakLoop(Supplier<CudaRasterizer> opener) {
        this.opener = opener;
    }

    private static final class Scene {
        final PosedGaussians splats;
        final Camera view;
        final Framebuffer image;
        final StageTimes times = new StageTimes();

        Scene(GaussianCloud cloud, int width, int height) {
            splats = new PosedGaussians(cloud);
            view = Camera.lookAt(
                    new float[] {0.5f, 0.4f, 3}, new float[3], new float[] {0, 1, 0}, 45, width, height, 0.2f);
            image = new Framebuffer(width, height, 0, 0, 0);
        }

        static Scene number(int i) {
            return i % ONE_GROWS_OF == ONE_GROWS_OF - 1
                    ? new Scene(RandomClouds.cube(i, 120, 0, 5, 1.2), 160, 112)
                    : new Scene(RandomClouds.cube(i, 40, 0, 0.1, 3), 32, 16);
        }

        void draw(CudaRasterizer rasterizer) {
            rasterizer.render(splats, view, image, times);
        }

        void drawRight(CudaRasterizer rasterizer) {
            draw(rasterizer);
            Framebuffer expected = new Framebuffer(image.width, image.height, 0, 0, 0);
            new ReferenceRasterizer().render(splats, view, expected, times);
            assertThat(RasterizerContractTest.decibels(expected.bgr, image.bgr)).isGreaterThan(50);
        }
    }

    /** Renders frames of varying content. */
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

    /** Anonymous resident memory of this process, in KiB. */
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
