package io.bev.avatar.bench;

import io.bev.avatar.cds.ChildProcess;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.common.process.SchedulingPriority;
import io.bev.avatar.launcher.LaunchException;
import io.bev.avatar.launcher.SimulatedGpu;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Overhead of scraping for the renderer: 99th percentile of the frame time while the exporter is scraped every second, relative
 * to the same without scrapes. One viewer receives every frame and reads the frame time from its header. A round has two periods
 * of each kind in random order, so that other load affects both kinds equally and periods of the same kind can be compared; a
 * scrape comes at a random time within its second, so that it coincides with all parts of a frame. The benchmark itself runs at a
 * lower priority than the services.
 */
final class ScrapeOverheadBenchmark implements Benchmark {

    private static final int SECONDS_PER_PERIOD = 5;
    private static final int WARM_UP_SCRAPES = 200;
    private static final long SECOND = 1_000_000_000L;
    private static final int NICENESS = 10;
    private static final long SEED = 7;

    @Override
    public String name() {
        return "observer";
    }

    @Override
    public void run(Options options, Consumer<String> progress, Consumer<Measurement> results)
            throws IOException, InterruptedException, LaunchException {
        Installation installation = Installation.of(options.root());
        try (Sandbox sandbox = new Sandbox(installation, options.directory())) {
            sandbox.redis();
            SimulatedGpu gpu =
                    SimulatedGpu.prepare(options.root(), sandbox.directory().resolve("gpu"));
            ChildProcess renderer = sandbox.renderer();
            int port = sandbox.freePort();
            ChildProcess exporter = sandbox.exporter(
                    port, installation.archive(installation.exporter()).options(), gpu.exporterEnvironment());
            String metrics = "http://127.0.0.1:" + port + "/metrics";
            sandbox.awaitReady("exporter", exporter, () -> sandbox.web().answers(metrics));
            new SchedulingPriority(NICENESS).applyToThreads();
            FrameTimes frames = new FrameTimes();
            WebSocket viewer = sandbox.web().watch(sandbox.pageUrl().replace("http:", "ws:") + "ws", frames);
            try {
                results.accept(new Run(sandbox, renderer, frames, metrics).compare(options.rounds(), progress));
            } finally {
                viewer.abort();
            }
        }
    }

    /** One run of the benchmark. */
    private static final class Run {

        private final Sandbox sandbox;
        private final ChildProcess renderer;
        private final FrameTimes frames;
        private final String metrics;
        private final SplittableRandom random = new SplittableRandom(SEED);
        private final long[] waitedNanos = new long[2];

        Run(Sandbox sandbox, ChildProcess renderer, FrameTimes frames, String metrics) {
            this.sandbox = sandbox;
            this.renderer = renderer;
            this.frames = frames;
            this.metrics = metrics;
        }

        Measurement compare(int count, Consumer<String> progress) throws IOException, InterruptedException {
            progress.accept("frames: warming up");
            for (int i = 0; i < WARM_UP_SCRAPES; i++) {
                sandbox.web().scrape(metrics);
            }
            period(true);
            period(false);
            Arrays.fill(waitedNanos, 0);
            FrameRounds rounds = new FrameRounds();
            for (int round = 1; round <= count; round++) {
                progress.accept("frames with and without scrapes, round " + round + " of " + count);
                rounds.add(round());
            }
            return result(rounds, count);
        }

        private FrameRounds.Round round() throws IOException, InterruptedException {
            List<Boolean> order = new ArrayList<>(List.of(true, true, false, false));
            for (int i = order.size() - 1; i > 0; i--) {
                Collections.swap(order, i, random.nextInt(i + 1));
            }
            List<Double> scraped = new ArrayList<>();
            List<List<Double>> unscraped = new ArrayList<>();
            for (boolean scrapes : order) {
                List<Double> taken = period(scrapes);
                if (scrapes) {
                    scraped.addAll(taken);
                } else {
                    unscraped.add(taken);
                }
            }
            return new FrameRounds.Round(unscraped.get(0), unscraped.get(1), scraped);
        }

        private List<Double> period(boolean scraped) throws IOException, InterruptedException {
            frames.take();
            long waitedBefore = waited();
            long start = System.nanoTime();
            for (int second = 0; second < SECONDS_PER_PERIOD; second++) {
                if (scraped) {
                    sleepUntil(start + second * SECOND + random.nextLong(SECOND / 2));
                    sandbox.web().scrape(metrics);
                }
                sleepUntil(start + (second + 1) * SECOND);
            }
            waitedNanos[scraped ? 1 : 0] += waited() - waitedBefore;
            List<Double> taken = frames.take();
            if (taken.isEmpty()) {
                throw new IOException("the renderer sent no frame in " + SECONDS_PER_PERIOD + " s");
            }
            return taken;
        }

        private long waited() throws IOException {
            return renderer.stats().runQueueWaitNanos(name -> name.equals("render") || name.startsWith("raster-"));
        }

        private static void sleepUntil(long nanos) throws InterruptedException {
            long left = nanos - System.nanoTime();
            if (left > 0) {
                TimeUnit.NANOSECONDS.sleep(left);
            }
        }

        private Measurement result(FrameRounds rounds, int count) {
            Samples scraped = rounds.scraped();
            Samples unscraped = rounds.unscraped();
            FrameRounds.Interval ratio = rounds.ratioInterval();
            FrameRounds.Interval control = rounds.controlInterval();
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("low95", ratio.low());
            details.put("high95", ratio.high());
            details.put("controlRatio", rounds.control());
            details.put("controlLow95", control.low());
            details.put("controlHigh95", control.high());
            details.put("p99WithMs", scraped.percentile(0.99));
            details.put("p99WithoutMs", unscraped.percentile(0.99));
            details.put("p50WithMs", scraped.median());
            details.put("p50WithoutMs", unscraped.median());
            // Run-queue wait of the render threads per frame.
            details.put("waitedWithMs", waitedNanos[1] * 1e-6 / scraped.count());
            details.put("waitedWithoutMs", waitedNanos[0] * 1e-6 / unscraped.count());
            details.put("framesEach", Math.min(scraped.count(), unscraped.count()));
            details.put("rounds", count);
            return new Measurement("observer.frame_p99.ratio", rounds.ratio(), "ratio", details);
        }
    }

    /** A viewer that records the frame times, in milliseconds. */
    static final class FrameTimes implements WebSocket.Listener {

        private static final int MAGIC = 0x4241;
        private static final int RENDER_MICROS_AT = 4;
        private static final int HEADER_BYTES = 32;

        private final Object lock = new Object();
        private List<Double> millis = new ArrayList<>();
        private boolean within;

        /** Frame times since the last call. */
        List<Double> take() {
            synchronized (lock) {
                List<Double> taken = millis;
                millis = new ArrayList<>();
                return taken;
            }
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            // Only the first part of a message has the header.
            if (!within && data.remaining() >= HEADER_BYTES && (data.getShort(data.position()) & 0xffff) == MAGIC) {
                double took = Integer.toUnsignedLong(data.getInt(data.position() + RENDER_MICROS_AT)) / 1e3;
                synchronized (lock) {
                    millis.add(took);
                }
            }
            within = !last;
            socket.request(1);
            return null;
        }
    }
}
