package io.bev.avatar.bench;

import io.bev.avatar.bench.StreamViewer.Kind;
import io.bev.avatar.cds.ChildProcess;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.common.bench.Measurement;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One renderer and many viewers of 640x360: 50, of which one reads slowly and one not at all, then 200, then 50 that watch
 * video of low bandwidth. Measures the age of frames at receipt, the frame rate of each viewer, bytes per frame, CPU time and
 * memory of the renderer. {@code rounds} is the measuring time in seconds.
 */
final class StreamBenchmark implements Benchmark {

    private static final int FEW = 50;
    private static final int MANY = 200;
    private static final double MAX_AGE_MILLIS = 100;
    private static final long WARM_UP_NANOS = 5_000_000_000L;

    @Override
    public String name() {
        return "stream";
    }

    @Override
    public void run(Options options, Consumer<String> progress, Consumer<Measurement> results)
            throws IOException, InterruptedException {
        Installation installation = Installation.of(options.root());
        try (Sandbox sandbox = new Sandbox(installation, options.directory())) {
            sandbox.redis();
            progress.accept("stream: starting the renderer");
            ChildProcess renderer = sandbox.renderer(
                    installation.archive(installation.renderer()).options(),
                    Map.of("BEV_STREAM_MAX_VIEWERS", Integer.toString(MANY + 10), "BEV_RENDERER_RESOLUTION", "fixed"));
            int port = URI.create(sandbox.pageUrl()).getPort();
            long nanos = options.rounds() * 1_000_000_000L;
            progress.accept("stream: " + FEW + " viewers");
            measure(renderer, port, "stream." + FEW, kinds(FEW, Kind.NORMAL, true), nanos, results);
            progress.accept("stream: " + MANY + " viewers");
            measure(renderer, port, "stream." + MANY, kinds(MANY, Kind.NORMAL, false), nanos, results);
            progress.accept("stream: " + FEW + " viewers of video");
            measure(renderer, port, "stream." + FEW + ".video", kinds(FEW, Kind.VIDEO, false), nanos, results);
        }
    }

    private static List<Kind> kinds(int count, Kind kind, boolean withFaults) {
        List<Kind> kinds = new ArrayList<>(Collections.nCopies(count, kind));
        if (withFaults) {
            kinds.set(0, Kind.SLOW);
            kinds.set(1, Kind.STALLED);
        }
        return kinds;
    }

    private static void measure(
            ChildProcess renderer, int port, String name, List<Kind> kinds, long nanos, Consumer<Measurement> results)
            throws IOException, InterruptedException {
        List<StreamViewer> viewers = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            for (Kind kind : kinds) {
                StreamViewer viewer = StreamViewer.connect(port, kind);
                viewers.add(viewer);
                viewer.channel().register(selector, SelectionKey.OP_READ, viewer);
            }
            watch(selector, WARM_UP_NANOS);
            viewers.stream().filter(viewer -> viewer.kind() != Kind.STALLED).forEach(StreamViewer::reset);
            double cpuBefore = renderer.stats().cpuSeconds();
            long memoryBefore = renderer.stats().residentBytes();
            watch(selector, nanos);
            double cpuSeconds = renderer.stats().cpuSeconds() - cpuBefore;
            long memory = renderer.stats().residentBytes();
            report(name, viewers, nanos * 1e-9, cpuSeconds, memoryBefore, memory, results);
        } finally {
            for (StreamViewer viewer : viewers) {
                viewer.close();
            }
        }
    }

    private static void watch(Selector selector, long nanos) throws IOException, InterruptedException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() - end < 0) {
            selector.select(100);
            for (SelectionKey key : selector.selectedKeys()) {
                if (key.attachment() instanceof StreamViewer viewer) {
                    viewer.read(buffer);
                    if (viewer.closed()) {
                        key.cancel();
                    }
                }
            }
            selector.selectedKeys().clear();
            // The slow and the stalled viewer are always readable.
            Thread.sleep(1);
        }
    }

    private static void report(
            String name,
            List<StreamViewer> viewers,
            double seconds,
            double cpuSeconds,
            long memoryBefore,
            long memory,
            Consumer<Measurement> results) {
        Samples ages = new Samples();
        Samples rates = new Samples();
        Samples slowAges = new Samples();
        int closed = 0;
        long frames = 0;
        long frameBytes = 0;
        long videoFrames = 0;
        for (StreamViewer viewer : viewers) {
            closed += viewer.closed() ? 1 : 0;
            frames += viewer.frames();
            frameBytes += viewer.frameBytes();
            videoFrames += viewer.videoFrames();
            if (viewer.kind() == Kind.NORMAL || viewer.kind() == Kind.VIDEO) {
                ages.addAll(viewer.ageMillis());
                rates.add(viewer.frames() / seconds);
            } else if (viewer.kind() == Kind.SLOW) {
                slowAges.addAll(viewer.ageMillis());
            }
        }
        Map<String, Object> age = new LinkedHashMap<>();
        age.put("target", MAX_AGE_MILLIS);
        age.put("p50Ms", ages.median());
        age.put("frames", ages.count());
        age.put("closed", closed);
        if (slowAges.count() > 0) {
            age.put("slowViewerP50Ms", slowAges.median());
            age.put("slowViewerFrames", slowAges.count());
        }
        results.accept(new Measurement(name + ".frame_age.p99", ages.percentile(0.99), "ms", age));
        results.accept(new Measurement(
                name + ".fps",
                rates.median(),
                "fps",
                Map.of("slowest", rates.percentile(0), "fastest", rates.percentile(1))));
        results.accept(new Measurement(
                name + ".frame_bytes",
                frames == 0 ? 0 : (double) frameBytes / frames,
                "bytes",
                Map.of("videoShare", frames == 0 ? 0 : (double) videoFrames / frames)));
        results.accept(new Measurement(
                name + ".rss",
                memory,
                "bytes",
                Map.of("growth", memory - memoryBefore, "cpuCores", cpuSeconds / seconds)));
    }
}
