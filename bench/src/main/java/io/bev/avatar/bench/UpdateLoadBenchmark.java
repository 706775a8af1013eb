package io.bev.avatar.bench;

import io.bev.avatar.bench.ScrapeOverheadBenchmark.FrameTimes;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.process.SchedulingPriority;
import io.bev.avatar.launcher.LaunchException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Frame time while {@value #PER_SECOND} OSINT events per second arrive over the stream, relative to the same without: 99th
 * percentile of the frame times in the headers that a viewer receives. Periods with and without events alternate. Counts the
 * events that the renderer has read.
 */
final class UpdateLoadBenchmark implements Benchmark {

    private static final int PER_SECOND = 1000;
    private static final int PER_BATCH = 50;
    private static final int PERIOD_SECONDS = 5;
    private static final int NICENESS = 10;

    @Override
    public String name() {
        return "updates";
    }

    @Override
    public void run(Options options, Consumer<String> progress, Consumer<Measurement> results)
            throws IOException, InterruptedException, LaunchException {
        Installation installation = Installation.of(options.root());
        try (Sandbox sandbox = new Sandbox(installation, options.directory())) {
            if (sandbox.redis().isEmpty()) {
                throw new LaunchException(
                        ExitCodes.UNAVAILABLE, "redis-server is not installed; apt-get install redis-server");
            }
            sandbox.renderer();
            new SchedulingPriority(NICENESS).applyToThreads();
            FrameTimes frames = new FrameTimes();
            WebSocket viewer = sandbox.web().watch(sandbox.pageUrl().replace("http:", "ws:") + "ws", frames);
            try (Pipeline pipeline = new Pipeline(sandbox.redisPort())) {
                progress.accept("updates: warming up");
                pipeline.send(PERIOD_SECONDS);
                period(frames, null);
                FrameRounds rounds = new FrameRounds();
                for (int round = 1; round <= options.rounds(); round++) {
                    progress.accept("frames with and without updates, round " + round + " of " + options.rounds());
                    List<Double> first = period(frames, null);
                    List<Double> loaded = new ArrayList<>(period(frames, pipeline));
                    List<Double> second = period(frames, null);
                    loaded.addAll(period(frames, pipeline));
                    rounds.add(new FrameRounds.Round(first, second, loaded));
                }
                results.accept(result(rounds, pipeline));
            } finally {
                viewer.abort();
            }
        }
    }

    private static List<Double> period(FrameTimes frames, @Nullable Pipeline pipeline)
            throws IOException, InterruptedException {
        frames.take();
        if (pipeline == null) {
            TimeUnit.SECONDS.sleep(PERIOD_SECONDS);
        } else {
            pipeline.send(PERIOD_SECONDS);
        }
        List<Double> taken = frames.take();
        if (taken.isEmpty()) {
            throw new IOException("the renderer sent no frame in " + PERIOD_SECONDS + " s");
        }
        return taken;
    }

    private static Measurement result(FrameRounds rounds, Pipeline pipeline) throws IOException, InterruptedException {
        Map<String, Object> details = new LinkedHashMap<>();
        FrameRounds.Interval ratio = rounds.ratioInterval();
        details.put("low95", ratio.low());
        details.put("high95", ratio.high());
        details.put("controlRatio", rounds.control());
        details.put("p99WithMs", rounds.scraped().percentile(0.99));
        details.put("p99WithoutMs", rounds.unscraped().percentile(0.99));
        details.put("p50WithMs", rounds.scraped().median());
        details.put("p50WithoutMs", rounds.unscraped().median());
        details.put(
                "framesEach",
                Math.min(rounds.scraped().count(), rounds.unscraped().count()));
        details.put("sent", pipeline.sent());
        details.put("unread", pipeline.unread());
        return new Measurement("updates.frame_p99.ratio", rounds.ratio(), "ratio", details);
    }

    /** Writes events to the stream, as fast as a pipeline of agents. */
    private static final class Pipeline implements AutoCloseable {

        private final Socket socket;
        private final BufferedReader in;
        private long sent;

        Pipeline(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(10_000);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        /** Sends events for a time. */
        void send(int seconds) throws IOException, InterruptedException {
            long start = System.nanoTime();
            int batches = seconds * PER_SECOND / PER_BATCH;
            for (int batch = 0; batch < batches; batch++) {
                StringBuilder commands = new StringBuilder();
                for (int i = 0; i < PER_BATCH; i++) {
                    double progress = sent++ % 100 / 100.0;
                    String event = String.format(
                            Locale.ROOT,
                            "{\"investigation_id\":\"INV-7\",\"progress\":%.2f,\"findings\":%d}",
                            progress,
                            sent % 50);
                    append(commands, "XADD", "osint:updates", "MAXLEN", "~", "1000", "*", "json", event);
                }
                socket.getOutputStream().write(commands.toString().getBytes(StandardCharsets.UTF_8));
                for (int i = 0; i < 2 * PER_BATCH; i++) {
                    line();
                }
                long left = start + (batch + 1) * 1_000_000_000L * PER_BATCH / PER_SECOND - System.nanoTime();
                TimeUnit.NANOSECONDS.sleep(Math.max(0, left));
            }
        }

        long sent() {
            return sent;
        }

        /** Events not yet acknowledged after a second; -1 if Redis does not know. */
        long unread() throws IOException, InterruptedException {
            TimeUnit.SECONDS.sleep(1);
            StringBuilder command = new StringBuilder();
            append(command, "XPENDING", "osint:updates", "renderer");
            socket.getOutputStream().write(command.toString().getBytes(StandardCharsets.UTF_8));
            line();
            String count = line();
            return count.startsWith(":") ? Long.parseLong(count.substring(1)) : -1;
        }

        private String line() throws IOException {
            String line = in.readLine();
            if (line == null || line.startsWith("-")) {
                throw new IOException("Redis: " + line);
            }
            return line;
        }

        private static void append(StringBuilder out, String... words) {
            out.append('*').append(words.length).append("\r\n");
            for (String word : words) {
                out.append('$')
                        .append(word.length())
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
