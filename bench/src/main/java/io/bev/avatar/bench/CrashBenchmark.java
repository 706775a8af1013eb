package io.bev.avatar.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.cds.ChildProcess;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.RedisProbe;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.launcher.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Kills the renderer, and every tenth time Redis too, with SIGKILL while clients write and read, or cuts the power of the disk that both
 * use; checks that nothing acknowledged is lost, applied twice or out of order.
 */
final class CrashBenchmark implements Benchmark {

    private static final int RENDERER_KILLS_PER_REDIS_KILL = 10;
    private static final int MAX_RUN_MILLIS = 400;
    private static final long RETRY_MILLIS = 20;
    private static final Duration READY = Duration.ofMinutes(2);

    @Override
    public String name() {
        return "faults";
    }

    @Override
    public void run(Options options, Consumer<String> progress, Consumer<Measurement> results)
            throws IOException, InterruptedException, LaunchException {
        if (Installation.find("redis-server").isEmpty()
                || Installation.find("redis-cli").isEmpty()) {
            throw new LaunchException(
                    ExitCodes.UNAVAILABLE, "redis-server and redis-cli are missing: apt-get install redis-server");
        }
        Installation installation = Installation.of(options.root());
        StateHistory history = new StateHistory();
        int redisKills = 0;
        try (Sandbox sandbox = new Sandbox(installation, options.directory());
                VolatileDisk disk = options.powerCuts() ? VolatileDisk.mount(sandbox) : null) {
            Path data = disk == null ? sandbox.directory() : disk.mountPoint();
            Random random = new Random(options.seed());
            ChildProcess redis = redis(sandbox, data, "everysec");
            ChildProcess renderer = renderer(sandbox, data, installation);
            StackClient client = new StackClient(Duration.ofSeconds(5));
            StateClients clients = new StateClients(history, client, sandbox.pageUrl(), sandbox.redisPort());
            try {
                for (int kill = 1; kill <= options.kills(); kill++) {
                    progress.accept((disk == null ? "kill " : "power cut ") + kill + " of " + options.kills() + ", "
                            + history.acknowledged() + " updates acknowledged");
                    Thread.sleep(random.nextInt(MAX_RUN_MILLIS));
                    if (disk == null && kill % RENDERER_KILLS_PER_REDIS_KILL == 0) {
                        redis.kill();
                        redisKills++;
                        Thread.sleep(random.nextInt(MAX_RUN_MILLIS));
                    }
                    renderer.kill();
                    if (disk != null) {
                        redis.kill();
                        redisKills++;
                        disk.cut();
                        disk.start();
                        repairAppendOnlyFile(data);
                    }
                    if (!redis.isAlive()) {
                        redis = redis(sandbox, data, random.nextBoolean() ? "always" : "everysec");
                    }
                    renderer = renderer(sandbox, data, installation);
                    // Checked at each step: a fault is reported with its kill.
                    fail(history.violations(), kill, options.seed());
                }
            } finally {
                clients.close();
            }
            awaitLast(sandbox, history);
            fail(history.violations(), options.kills(), options.seed());
            // Nothing may use the disk when it is unmounted.
            renderer.kill();
            redis.kill();
        }
        Map<String, Object> details = new LinkedHashMap<>();
        details.put(options.powerCuts() ? "powerCuts" : "rendererKills", options.kills());
        details.put("redisKills", redisKills);
        details.put("acknowledged", history.acknowledged());
        details.put("queued", history.queuedCount());
        details.put("reads", history.reads());
        details.put("unanswered", history.unansweredCount());
        details.put("seed", options.seed());
        results.accept(new Measurement("faults.lost", 0, "updates", details));
    }

    private static ChildProcess redis(Sandbox sandbox, Path data, String fsync)
            throws IOException, InterruptedException {
        ChildProcess redis = sandbox.start(
                "redis",
                List.of(
                        "redis-server",
                        "--port",
                        Integer.toString(sandbox.redisPort()),
                        "--bind",
                        "127.0.0.1",
                        "--dir",
                        data.toString(),
                        "--save",
                        "",
                        "--appendonly",
                        "yes",
                        "--appendfsync",
                        fsync),
                Map.of());
        sandbox.awaitReady("redis", redis, () -> RedisProbe.replies(sandbox.redisPort()));
        return redis;
    }

    /**
     * As an administrator does: after a power cut the file can end in zeros, and Redis does not start with it. The state comes from
     * the renderer's journal then.
     */
    private static void repairAppendOnlyFile(Path data) throws IOException, InterruptedException {
        Path manifest = data.resolve("appendonlydir/appendonly.aof.manifest");
        if (Files.exists(manifest)) {
            StackClient.runChecked("sh", "-c", "yes | redis-check-aof --fix \"$1\"", "sh", manifest.toString());
        }
    }

    private static ChildProcess renderer(Sandbox sandbox, Path data, Installation installation)
            throws IOException, InterruptedException {
        return sandbox.renderer(
                installation.archive(installation.renderer()).options(),
                Map.of(
                        "BEV_RENDERER_WIDTH", "160",
                        "BEV_RENDERER_HEIGHT", "90",
                        "BEV_AVATAR_STATE_DIR",
                                Files.createDirectories(data.resolve("state")).toString()));
    }

    /** Waits until the last write of the stream is visible: nothing may stay behind. */
    private static void awaitLast(Sandbox sandbox, StateHistory history) throws IOException, InterruptedException {
        StackClient client = new StackClient(Duration.ofSeconds(5));
        String last = "final";
        StackClient.redis(sandbox.redisPort(), "XADD", "avatar:state:updates", "*", "investigation.id", last);
        long deadline = System.nanoTime() + READY.toNanos();
        while (true) {
            long start = System.nanoTime();
            JsonNode state = client.json(sandbox.pageUrl() + "state");
            String value = state.path("investigation").path("id").asText();
            history.read(value, state.path("seq").asLong(), start, System.nanoTime());
            if (value.equals(last)) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("the last update of the stream was not applied; state: " + state);
            }
            Thread.sleep(RETRY_MILLIS);
        }
    }

    private static void fail(List<String> violations, int kill, long seed) throws IOException {
        if (!violations.isEmpty()) {
            throw new IOException("after kill " + kill + " with seed " + seed + ": " + String.join("; ", violations));
        }
    }
}
