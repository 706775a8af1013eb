package io.bev.avatar.renderer.raster.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Run in a process on the stand-in, or on a device: device and process hold no more after 10,000 frames, 100 models and 100 contexts than before. */
final class StandInLeakChecks {

    /** 1.6 KiB a frame, 160 KiB a model or context. */
    private static final long PROCESS_NOISE_KIB = 16L << 10;

    private final LeakLoop loop = new LeakLoop(() -> Gpu.open(Integer.MAX_VALUE));

    @Test
    void framesModelsAndContexts_leaveNothing() {
        try (CudaRasterizer rasterizer = Gpu.open(Integer.MAX_VALUE)) {
            // What is taken once for all.
            loop.contexts(3);
            loop.frames(rasterizer, 1000);
            loop.models(rasterizer, 10);
            long free = rasterizer.freeBytes();
            long taken = rasterizer.takenBytes();
            long resident = LeakLoop.residentKib();
            report("start", free, resident);
            loop.frames(rasterizer, 10_000);
            report("10,000 frames", rasterizer.freeBytes(), LeakLoop.residentKib());
            loop.models(rasterizer, 100);
            report("100 models", rasterizer.freeBytes(), LeakLoop.residentKib());
            loop.contexts(100);
            report("100 contexts", rasterizer.freeBytes(), LeakLoop.residentKib());

            assertThat(rasterizer.takenBytes()).isEqualTo(taken);
            assertThat(rasterizer.freeBytes()).as("memory of the device").isEqualTo(free);
            assertThat(LeakLoop.residentKib() - resident)
                    .as("memory of this process, KiB")
                    .isLessThan(PROCESS_NOISE_KIB);
        }
    }

    private static void report(String after, long free, long residentKib) {
        System.out.printf("leaks: %s: device free %d MiB, process %d KiB%n", after, free >> 20, residentKib);
    }
}
