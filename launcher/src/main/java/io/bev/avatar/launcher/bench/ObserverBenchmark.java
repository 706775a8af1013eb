package io.bev.avatar.launcher.bench;

import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.launcher.LaunchException;
import io.bev.avatar.launcher.SimulatedGpu;
import io.bev.avatar.launcher.program.Program;
import io.bev.avatar.launcher.program.Programs;
import io.bev.avatar.launcher.program.Workbench;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What watching costs the watched: the 99th percentile of the time to render a frame while the exporter is scraped every
 * second, over the same without. One viewer takes every frame and reads its time from the frame's header. Periods with and
 * without follow each other in pairs, their order turning, so that neither gets the better half of the machine's day.
 */
final class ObserverBenchmark implements Benchmark {

    private static final int SECONDS_A_PERIOD = 10;
    private static final long SECOND = 1_000_000_000L;

    @Override
    public String name() {
        return "observer";
    }

    @Override
    public void run(Options options, Consumer<String> progress, Consumer<Measurement> results)
            throws IOException, InterruptedException, LaunchException {
        Programs programs = Programs.of(options.root());
        try (Workbench bench = new Workbench(programs, options.folder())) {
            bench.redis();
            SimulatedGpu gpu =
                    SimulatedGpu.prepare(options.root(), bench.folder().resolve("gpu"));
            bench.renderer();
            int port = bench.freePort();
            Program exporter =
                    bench.exporter(port, programs.archive(programs.exporter()).options(), gpu.exporterEnvironment());
            String metrics = "http://127.0.0.1:" + port + "/metrics";
            bench.awaitReady("exporter", exporter, () -> bench.web().answers(metrics));
            FrameTimes frames = new FrameTimes();
            WebSocket viewer = bench.web().watch(bench.pageUrl().replace("http:", "ws:") + "ws", frames);
            try {
                progress.accept("frames: warming up");
                period(bench, frames, metrics, true);
                period(bench, frames, metrics, false);
                results.accept(compare(bench, frames, metrics, options.rounds(), progress));
            } finally {
                viewer.abort();
            }
        }
    }

    private static Measurement compare(
            Workbench bench, FrameTimes frames, String metrics, int rounds, Consumer<String> progress)
            throws IOException, InterruptedException {
        Samples watched = new Samples();
        Samples alone = new Samples();
        Samples ratios = new Samples();
        for (int round = 0; round < rounds; round++) {
            progress.accept("frames with and without scrapes, pair " + (round + 1) + " of " + rounds);
            boolean watchedFirst = round % 2 == 0;
            List<Double> first = period(bench, frames, metrics, watchedFirst);
            List<Double> second = period(bench, frames, metrics, !watchedFirst);
            List<Double> with = watchedFirst ? first : second;
            List<Double> without = watchedFirst ? second : first;
            with.forEach(watched::add);
            without.forEach(alone::add);
            ratios.add(percentile99(with) / percentile99(without));
        }
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("p99WithMs", watched.percentile(0.99));
        details.put("p99WithoutMs", alone.percentile(0.99));
        details.put("p50WithMs", watched.median());
        details.put("p50WithoutMs", alone.median());
        details.put("framesEach", Math.min(watched.count(), alone.count()));
        details.put("pairs", rounds);
        details.put("pairRatioMedian", ratios.median());
        details.put("pairRatioQuarter", ratios.percentile(0.25));
        details.put("pairRatioThreeQuarters", ratios.percentile(0.75));
        return new Measurement(
                "observer.frame_p99.ratio", watched.percentile(0.99) / alone.percentile(0.99), "ratio", details);
    }

    private static double percentile99(List<Double> values) {
        Samples samples = new Samples();
        values.forEach(samples::add);
        return samples.percentile(0.99);
    }

    private static List<Double> period(Workbench bench, FrameTimes frames, String metrics, boolean watched)
            throws IOException, InterruptedException {
        frames.take();
        long start = System.nanoTime();
        for (int second = 1; second <= SECONDS_A_PERIOD; second++) {
            if (watched) {
                bench.web().scrape(metrics);
            }
            long left = start + second * SECOND - System.nanoTime();
            if (left > 0) {
                Thread.sleep(left / 1_000_000);
            }
        }
        List<Double> taken = frames.take();
        if (taken.isEmpty()) {
            throw new IOException("the renderer sent no frame in " + SECONDS_A_PERIOD + " s");
        }
        return taken;
    }

    /** A viewer that keeps how long each frame took, in milliseconds. */
    static final class FrameTimes implements WebSocket.Listener {

        private static final int MAGIC = 0x4241;
        private static final int RENDER_MICROS_AT = 4;
        private static final int HEADER_BYTES = 32;

        private final Object lock = new Object();
        private List<Double> millis = new ArrayList<>();
        private boolean within;

        /** What came since the last call. */
        List<Double> take() {
            synchronized (lock) {
                List<Double> taken = millis;
                millis = new ArrayList<>();
                return taken;
            }
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            // Only a message's first part has the header.
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
