package io.bev.avatar.bench;

import io.bev.avatar.cds.FreePorts;
import io.bev.avatar.launcher.IsolatedStack;
import io.bev.avatar.launcher.IsolatedStack.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.stream.IntStream;

/** Isolated stack for the faults of the catalogue, with shortened rules and a client that changes the state. */
final class FaultStack implements AutoCloseable {

    /** Heartbeat timeout; a heartbeat arrives every 60 to 90 s. */
    static final Duration SILENCE = Duration.ofSeconds(150);

    /** An XID alert stays active for 20 s instead of an hour, so that its end can be observed. On a busy machine niceness would delay scrapes. */
    private static final String EXPORTER = "exporter: {niceness: 0, watchdog-timeout: " + SILENCE.toSeconds()
            + "s, units: [" + MonitoringFaults.FAILING_UNIT
            + "], thresholds: {gpu_xid_age_seconds: {critical: 20, warning: 20}}}";

    private final IsolatedStack stack;
    private final DelayProxy page;
    private final DelayProxy redis;
    private final LoopbackDisk disk;
    private final int debugPort;
    private final StateTraffic traffic;
    private final StackClient client;

    private FaultStack(IsolatedStack stack, DelayProxy page, DelayProxy redis, LoopbackDisk disk, int debugPort) {
        this.stack = stack;
        this.page = page;
        this.redis = redis;
        this.disk = disk;
        this.debugPort = debugPort;
        this.client = new StackClient(Duration.ofSeconds(2));
        this.traffic = new StateTraffic(new StackClient(Duration.ofSeconds(1)), stack.page());
    }

    /**
     * Starts the stack; see {@link IsolatedStack#start}.
     *
     * @param root the project directory
     * @param run empty directory for its files
     * @param disk file system of the renderer's state, mounted at {@code run/state}; closed with the stack
     * @param rules times of its rules
     * @param authorities certificates that Prometheus trusts of exporters with HTTPS; empty for the machine's
     */
    static FaultStack start(Path root, Path run, LoopbackDisk disk, ShortenedRules rules, Optional<Path> authorities)
            throws IOException, InterruptedException {
        int[] ports = FreePorts.take(8);
        rules.copy(root.resolve("alerting-rules"), run.resolve("rules"));
        if (authorities.isPresent()) {
            trust(run.resolve("rules/prometheus.yml"), authorities.get());
        }
        DelayProxy page = DelayProxy.to(ports[0]);
        DelayProxy redis = DelayProxy.to(ports[3]);
        String redisUrl = String.format(Locale.ROOT, "redis://127.0.0.1:%d", redis.port());
        Map<String, String> renderer = new HashMap<>(RendererFaults.debuggable(ports[7]));
        renderer.put("BEV_REDIS_URL", redisUrl);
        List<Integer> all = IntStream.of(ports).limit(7).boxed().toList();
        try {
            IsolatedStack stack = IsolatedStack.start(new IsolatedStack.Settings(
                    root,
                    run,
                    run.resolve("rules"),
                    EXPORTER,
                    Map.of(
                            Service.RENDERER,
                            renderer,
                            Service.EXPORTER,
                            Map.of(
                                    "BEV_REDIS_URL",
                                    redisUrl,
                                    "BEV_EXPORTER_RENDERER_URL",
                                    "http://127.0.0.1:" + page.port())),
                    all));
            return new FaultStack(stack, page, redis, disk, ports[7]);
        } catch (IOException | InterruptedException | RuntimeException e) {
            page.close();
            redis.close();
            disk.close();
            throw e;
        }
    }

    private static void trust(Path prometheus, Path authorities) throws IOException {
        Files.writeString(
                prometheus,
                Files.readString(prometheus)
                        .replaceAll(
                                "(?m)^( *)- job_name: (avatar|avatar-probes)$",
                                "$0\n$1  tls_config: {ca_file: '" + Matcher.quoteReplacement(authorities.toString())
                                        + "'}"));
    }

    IsolatedStack stack() {
        return stack;
    }

    StackClient client() {
        return client;
    }

    /** The stack's own host. */
    FaultTarget target() {
        return new FaultTarget() {
            @Override
            public void tick() throws IOException, InterruptedException {
                stack.tick();
            }

            @Override
            public boolean isWhole() throws InterruptedException {
                return stack.isWhole();
            }

            @Override
            public boolean rendererListens() {
                return stack.rendererListens();
            }
        };
    }

    /** This host, which another thread supervises. */
    FaultTarget supervised() {
        return new FaultTarget() {
            @Override
            public void tick() {
                // The other thread does.
            }

            @Override
            public boolean isWhole() throws InterruptedException {
                return stack.isWhole();
            }

            @Override
            public boolean rendererListens() {
                return stack.rendererListens();
            }
        };
    }

    /** All faults, in order. */
    List<Fault> faults() {
        return FaultCatalogue.all(page, redis, debugPort, disk);
    }

    @Override
    public void close() throws IOException {
        traffic.close();
        stack.close();
        page.close();
        redis.close();
        disk.close();
    }
}
