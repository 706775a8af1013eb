package io.bev.avatar.renderer.raster.cuda;

import io.bev.avatar.renderer.raster.Camera;
import io.bev.avatar.renderer.raster.Framebuffer;
import io.bev.avatar.renderer.raster.RandomClouds;
import io.bev.avatar.renderer.raster.Splats;
import io.bev.avatar.renderer.raster.StageTimes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Frames, models and contexts over and over, in a picture so small that their number is what counts. */
final class LeakLoop {

    private static final int GAUSSIANS = 40;
    private static final Camera VIEW =
            Camera.lookAt(new float[] {0.5f, 0.4f, 3}, new float[3], new float[] {0, 1, 0}, 45, 32, 16, 0.2f);

    private final Supplier<CudaRasterizer> opener;
    private final Framebuffer picture = new Framebuffer(32, 16, 0, 0, 0);
    private final StageTimes times = new StageTimes();

    LeakLoop(Supplier<CudaRasterizer> opener) {
        this.opener = opener;
    }

    void frames(CudaRasterizer rasterizer, int number) {
        Splats splats = splats(0);
        for (int i = 0; i < number; i++) {
            rasterizer.render(splats, VIEW, picture, times);
        }
    }

    void models(CudaRasterizer rasterizer, int number) {
        for (int i = 0; i < number; i++) {
            rasterizer.render(splats(i), VIEW, picture, times);
        }
    }

    void contexts(int number) {
        for (int i = 0; i < number; i++) {
            try (CudaRasterizer rasterizer = opener.get()) {
                rasterizer.render(splats(i), VIEW, picture, times);
            }
        }
    }

    private static Splats splats(int seed) {
        return new Splats(RandomClouds.cube(seed, GAUSSIANS, 0, 0.1, 3));
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
