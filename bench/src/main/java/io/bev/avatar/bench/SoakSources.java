package io.bev.avatar.bench;

import io.bev.avatar.cds.ChildProcess;
import io.bev.avatar.cds.RedisProbe;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.launcher.LaunchException;
import io.bev.avatar.launcher.SimulatedGpu;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sources of a soak run: a simulated GPU, Redis, a renderer, and a host whose files are copies of this machine's, each with
 * its faults.
 */
final class SoakSources implements AutoCloseable {

    /** Types of errors that make more than 1 MiB of INFO. */
    private static final int ERROR_TYPES = 40_000;

    /** Redis' dump, in its working directory. */
    private static final String DUMP = "dump.rdb";

    private static final int KEYS = 20_000;
    private static final int BATCH = 1000;

    private final Sandbox sandbox;
    private final SimulatedGpu gpu;
    private final ProcCopy proc;
    private final Path sys;
    private final Optional<FuseMounts> mounts;
    private ChildProcess redis;
    private ChildProcess renderer;

    SoakSources(Sandbox sandbox, Path root) throws IOException, InterruptedException, LaunchException {
        this.sandbox = sandbox;
        redis = redis();
        gpu = SimulatedGpu.prepare(root, sandbox.directory().resolve("gpu"));
        renderer = sandbox.renderer();
        sys = Files.createDirectories(sandbox.directory().resolve("sys"));
        // Before the copies of the host's files, which contain them.
        mounts = FuseMounts.mount(sandbox);
        proc = new ProcCopy(sandbox.directory().resolve("proc"));
    }

    /** Whether this machine allows the outage. */
    boolean allows(Outage outage) {
        return outage != Outage.HOST_MOUNTS_HANG || mounts.isPresent();
    }

    /** Environment in which the exporter reads these sources. */
    Map<String, String> exporterEnvironment() {
        Map<String, String> environment = new HashMap<>(gpu.exporterEnvironment());
        environment.put("BEV_EXPORTER_PROC_PATH", proc.directory().toString());
        environment.put("BEV_EXPORTER_SYS_PATH", sys.toString());
        return environment;
    }

    void begin(Outage outage) throws IOException, InterruptedException {
        switch (outage) {
            case GPU_LOST -> scenario("nvmlDevice* = error GPU_IS_LOST\n");
            case GPU_UNKNOWN_ERROR -> scenario("nvmlDevice* = error UNKNOWN\n");
            case GPU_DENIED_AT_START -> scenario("""
                nvmlDeviceGetHandleByIndex* = error NO_PERMISSION
                nvmlDeviceGet* = error GPU_IS_LOST
                """);
            case REDIS_STALLS -> redis.signal("STOP");
            case REDIS_DIES -> redis.kill();
            case REDIS_BUSY -> beginScript();
            case REDIS_LOADS -> restartWithDump();
            case REDIS_DENIES_COMMANDS -> command("ACL SETUSER default -slowlog -latency -xinfo");
            case REDIS_FLOODED -> flood();
            case RENDERER_STALLS -> renderer.signal("STOP");
            case RENDERER_DIES -> renderer.kill();
            case HOST_FILE_GARBLED -> proc.replace("meminfo", new byte[] {0, 1, (byte) 0xff});
            case HOST_ENTRY_GARBLED -> proc.append("net/dev", "garbled\n");
            case HOST_CPU_TIME_DIPS -> proc.dipCpuTime();
            case HOST_ODD_MOUNT -> proc.append(ProcCopy.MOUNTS, "/dev/odd /odd\rname ext4 rw 0 0\n");
            case HOST_TWIN_CHIPS -> twins();
            case HOST_MOUNTS_HANG -> signalMounts("STOP");
        }
    }

    void end(Outage outage) throws IOException, InterruptedException {
        switch (outage) {
            case GPU_LOST, GPU_UNKNOWN_ERROR, GPU_DENIED_AT_START -> scenario("");
            case REDIS_STALLS -> redis.signal("CONT");
            case REDIS_DIES -> redis = redis();
            case REDIS_BUSY -> command("SCRIPT KILL");
            case REDIS_LOADS -> {
                redis.kill();
                Files.delete(sandbox.directory().resolve(DUMP));
                redis = redis();
            }
            case REDIS_DENIES_COMMANDS -> command("ACL SETUSER default +slowlog +latency +xinfo");
            case REDIS_FLOODED -> command("CONFIG RESETSTAT");
            case RENDERER_STALLS -> renderer.signal("CONT");
            case RENDERER_DIES -> renderer = sandbox.renderer();
            case HOST_FILE_GARBLED -> proc.restore("meminfo");
            case HOST_ENTRY_GARBLED -> proc.restore("net/dev");
            case HOST_CPU_TIME_DIPS -> proc.restore("stat");
            case HOST_ODD_MOUNT -> proc.restore(ProcCopy.MOUNTS);
            case HOST_TWIN_CHIPS -> {
                for (String chip : List.of("hwmon0", "hwmon1")) {
                    for (String file : List.of("name", "temp1_input")) {
                        Files.delete(sys.resolve("class/hwmon").resolve(chip).resolve(file));
                    }
                    Files.delete(sys.resolve("class/hwmon").resolve(chip));
                }
                Files.delete(sys.resolve("class/hwmon"));
            }
            case HOST_MOUNTS_HANG -> signalMounts("CONT");
        }
    }

    private void signalMounts(String signal) throws IOException, InterruptedException {
        if (mounts.isPresent()) {
            mounts.get().signal(signal);
        }
    }

    private void scenario(String text) throws IOException {
        Files.writeString(gpu.scenario(), text);
    }

    private ChildProcess redis() throws IOException, InterruptedException {
        return sandbox.redis().orElseThrow(() -> new IOException("redis-server is not installed"));
    }

    private void twins() throws IOException {
        for (String chip : List.of("hwmon0", "hwmon1")) {
            Path directory = Files.createDirectories(sys.resolve("class/hwmon").resolve(chip));
            Files.writeString(directory.resolve("name"), "twin" + chip.substring("hwmon".length()) + "\n");
            Files.writeString(directory.resolve("temp1_input"), "45000\n");
        }
    }

    /** Starts a script that does not end; the reply does not come. */
    private void beginScript() throws IOException, InterruptedException {
        command("CONFIG SET busy-reply-threshold 100");
        Socket script = connect();
        script.getOutputStream().write("EVAL \"while true do end\" 0\r\n".getBytes(StandardCharsets.US_ASCII));
        while (!command("PING").startsWith("-BUSY")) {
            Thread.sleep(20);
        }
        script.close();
    }

    private void flood() throws IOException {
        try (Socket socket = connect();
                BufferedReader in = reader(socket)) {
            for (int from = 0; from < ERROR_TYPES; from += BATCH) {
                StringBuilder batch = new StringBuilder();
                for (int i = from; i < from + BATCH; i++) {
                    batch.append("EVAL \"return redis.error_reply('E").append(i).append(", now')\" 0\r\n");
                }
                socket.getOutputStream().write(batch.toString().getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; i < BATCH; i++) {
                    in.readLine();
                }
            }
        }
    }

    /** Restarts Redis with a dump that takes seconds to load. */
    private void restartWithDump() throws IOException, InterruptedException {
        command("EVAL \"for i=1," + KEYS + " do redis.call('SET','k'..i,i) end\" 0");
        command("SAVE");
        redis.kill();
        redis = sandbox.start(
                "redis",
                List.of(
                        "redis-server",
                        "--port",
                        Integer.toString(sandbox.redisPort()),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--key-load-delay",
                        "1000",
                        "--loading-process-events-interval-bytes",
                        "1024"),
                Map.of());
        sandbox.awaitReady("redis", redis, () -> RedisProbe.replies(sandbox.redisPort()));
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), sandbox.redisPort());
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** Sends a command and returns the first line of the reply. */
    private String command(String command) throws IOException {
        try (Socket socket = connect();
                BufferedReader in = reader(socket)) {
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            return String.valueOf(in.readLine());
        }
    }

    @Override
    public void close() {
        mounts.ifPresent(FuseMounts::close);
    }
}
