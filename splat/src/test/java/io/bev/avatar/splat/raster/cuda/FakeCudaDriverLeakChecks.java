package io.bev.avatar.splat.raster.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.splat.raster.cuda.FakeCudaDriverControl.Word;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Run in a process on the fake driver or on a device: device and process hold no more after 10,000 frames, 100 models
 * and 100 contexts than before. If a test shares a control file, one of {@link #ONE_DRAWN_OF} frames is rendered,
 * otherwise all.
 */
final class FakeCudaDriverLeakChecks {

    /** 1.6 KiB per frame, 160 KiB per model or context. */
    private static final long PROCESS_NOISE_KIB = 16L << 10;

    private static final int ONE_DRAWN_OF = 100;

    private final LeakLoop loop = new LeakLoop(() -> Gpu.open(Integer.MAX_VALUE));
    private final Optional<FakeCudaDriverControl> control = control();

    private static Optional<FakeCudaDriverControl> control() {
        String file = System.getenv(FakeCudaDriverControl.VARIABLE);
        try {
            return file == null ? Optional.empty() : Optional.of(FakeCudaDriverControl.open(Path.of(file)));
        } catch (IOException e) {
            throw new IllegalStateException(
                    FakeCudaDriverControl.VARIABLE + ": found " + file + ", expected a file", e);
        }
    }

    private void frames(CudaRasterizer rasterizer, int number) {
        control.ifPresent(c -> c.set(Word.ONE_DRAWN_OF, ONE_DRAWN_OF));
        loop.frames(rasterizer, number);
        control.ifPresent(c -> c.set(Word.ONE_DRAWN_OF, 0));
    }

    @Test
    void framesModelsAndContexts_leakNothing() {
        try (CudaRasterizer rasterizer = Gpu.open(Integer.MAX_VALUE)) {
            // One-time allocations.
            loop.contexts(3);
            frames(rasterizer, 1000);
            loop.models(rasterizer, 10);
            long free = rasterizer.freeBytes();
            long taken = rasterizer.allocatedBytes();
            long resident = LeakLoop.residentKib();
            Map<Word, Long> held = held();
            report("start", free, resident);
            frames(rasterizer, 10_000);
            report("10,000 frames", rasterizer.freeBytes(), LeakLoop.residentKib());
            loop.models(rasterizer, 100);
            report("100 models", rasterizer.freeBytes(), LeakLoop.residentKib());
            loop.contexts(100);
            report("100 contexts", rasterizer.freeBytes(), LeakLoop.residentKib());

            assertThat(rasterizer.allocatedBytes()).isEqualTo(taken);
            assertThat(rasterizer.freeBytes()).as("memory of the device").isEqualTo(free);
            assertThat(held()).as("contexts, streams, events, memory").isEqualTo(held);
            assertThat(LeakLoop.residentKib() - resident)
                    .as("memory of this process, KiB")
                    .isLessThan(PROCESS_NOISE_KIB);
        }
    }

    /** The counts of the fake driver; empty if no test shares them. */
    private Map<Word, Long> held() {
        return control.map(FakeCudaDriverControl::held).orElse(Map.of());
    }

    private static void report(String after, long free, long residentKib) {
        System.out.printf("leaks: %s: device free %d MiB, process %d KiB%n", after, free >> 20, residentKib);
    }
}
