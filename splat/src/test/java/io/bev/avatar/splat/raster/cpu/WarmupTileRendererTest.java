package io.bev.avatar.splat.raster.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.splat.raster.Framebuffer;
import org.junit.jupiter.api.Test;

class WarmupTileRendererTest {

    private static final int ENTRIES = 100;
    private static final byte PLAIN = 100;
    private static final byte BETTER = 50;

    private final Framebuffer picture = new Framebuffer(Tile.SIZE, Tile.SIZE, 0, 0, 0);
    private long now;
    private final Brush plain = new Brush(PLAIN, 1000);
    private final Brush better = new Brush(BETTER, 100_000);
    private final WarmupTileRenderer painter =
            new WarmupTileRenderer(new KernelTileRenderer(plain), new KernelTileRenderer(better), () -> now);

    /** A kernel that takes its time and lays one grey over everything. */
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
        paint();
        now += WarmupTileRenderer.HEAD_START_NANOS / 2;
        paint();

        assertThat(better.trials).isZero();
        assertThat(shown()).isEqualTo(PLAIN);
    }

    @Test
    void slowerKernel_isTriedForItsShareOfTheTimeAndNeverSeen() {
        pastTheHeadStart();
        long start = now;

        for (int tile = 0; tile < 1000; tile++) {
            paint();
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
            paint();
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
            paint();
            assertThat(shown()).isEqualTo(PLAIN);
        }

        assertThat(better.trials).isEqualTo(30);
    }

    @Test
    void emptierTileThanATrial_isNoTrial() {
        pastTheHeadStart();

        painter.paint(new float[0], new int[ENTRIES], 0, WarmupTileRenderer.TRIAL - 1, 0, 0, picture);

        assertThat(better.trials).isZero();
    }

    private void pastTheHeadStart() {
        paint();
        now += WarmupTileRenderer.HEAD_START_NANOS;
    }

    private void paint() {
        painter.paint(new float[0], new int[ENTRIES], 0, ENTRIES, 0, 0, picture);
    }

    private byte shown() {
        return picture.bgr[0];
    }
}
