package io.bev.avatar.splat.raster.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.splat.raster.Framebuffer;
import org.junit.jupiter.api.Test;

class WarmupTileRendererTest {

    private static final int ENTRIES = 100;
    private static final byte PLAIN = 100;
    private static final byte BETTER = 50;

    private final Framebuffer image = new Framebuffer(Tile.SIZE, Tile.SIZE, 0, 0, 0);
    private long now;
    private final Brush plain = new Brush(PLAIN, 1000);
    private final Brush better = new Brush(BETTER, 100_000);
    private final WarmupTileRenderer tileRenderer =
            new WarmupTileRenderer(new KernelTileRenderer(plain), new KernelTileRenderer(better), () -> now);

    /** A slow kernel that fills everything with one grey. */
    private final class Brush implements TileKernel {

        private final byte grey;
        private long nanosPerEntry;
        private long trialNanos;
        private int trials;

        Brush(byte grey, long nanosPerEntry) {
            this.grey = grey;
            this.nanosPerEntry = nanosPerEntry;
        }

        @Override
        public String name() {
            return "grey " + grey;
        }

        @Override
        public int blockSize() {
            return Tile.BLOCK_WIDTH;
        }

        @Override
        public void blend(float[] records, int[] list, int from, int end, Tile tile) {
            long nanos = nanosPerEntry * (end - from);
            now += nanos;
            if (end - from == WarmupTileRenderer.TRIAL) {
                trialNanos += nanos;
                trials++;
            }
            java.util.Arrays.fill(tile.pixels, grey / 255f);
        }
    }

    @Test
    void headStart_noTrial() {
        render();
        now += WarmupTileRenderer.HEAD_START_NANOS / 2;
        render();

        assertThat(better.trials).isZero();
        assertThat(shown()).isEqualTo(PLAIN);
    }

    @Test
    void slowerKernel_isTriedForItsShareOfTimeButNotUsed() {
        pastTheHeadStart();
        long start = now;

        for (int tile = 0; tile < 1000; tile++) {
            render();
            assertThat(shown()).isEqualTo(PLAIN);
        }

        long trials = better.trialNanos + plain.trialNanos;
        assertThat(better.trials).isGreaterThan(5);
        assertThat(trials).isLessThanOrEqualTo((now - start) / WarmupTileRenderer.SHARE + trials / better.trials);
    }

    @Test
    void fasterKernel_takesOverAfterThreeWins() {
        pastTheHeadStart();
        better.nanosPerEntry = 100;

        int wins = 0;
        while (shown() != BETTER && wins < 10) {
            now += WarmupTileRenderer.HEAD_START_NANOS;
            render();
            wins++;
        }

        assertThat(wins).isEqualTo(WarmupTileRenderer.WINS);
        assertThat(better.trials).isEqualTo(WarmupTileRenderer.WINS);
    }

    @Test
    void winsWithLossesBetween_changeNothing() {
        pastTheHeadStart();

        for (int trial = 0; trial < 30; trial++) {
            better.nanosPerEntry = trial % WarmupTileRenderer.WINS == 0 ? 100_000 : 100;
            now += WarmupTileRenderer.HEAD_START_NANOS;
            render();
            assertThat(shown()).isEqualTo(PLAIN);
        }

        assertThat(better.trials).isEqualTo(30);
    }

    @Test
    void tileSmallerThanATrial_isNotATrial() {
        pastTheHeadStart();

        tileRenderer.render(new float[0], new int[ENTRIES], 0, WarmupTileRenderer.TRIAL - 1, 0, 0, image);

        assertThat(better.trials).isZero();
    }

    private void pastTheHeadStart() {
        render();
        now += WarmupTileRenderer.HEAD_START_NANOS;
    }

    private void render() {
        tileRenderer.render(new float[0], new int[ENTRIES], 0, ENTRIES, 0, 0, image);
    }

    private byte shown() {
        return image.bgr[0];
    }
}
