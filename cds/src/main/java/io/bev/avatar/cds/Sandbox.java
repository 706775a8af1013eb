package io.bev.avatar.cds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A place of its own where the programs run for a while: a temporary folder and ports that are free. Closing ends what runs
 * and removes the folder.
 */
public final class Sandbox implements AutoCloseable {

    private static final String PREFIX = "workbench-";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Installation programs;
    private final Path folder;
    private final HttpProbe web = new HttpProbe();
    private final FreePorts ports = new FreePorts();
    private final List<ChildProcess> running = new ArrayList<>();
    private final Map<String, Long> readyNanos = new HashMap<>();
    private final int redisPort;
    private final int pagePort;
    private final int jolokiaPort;

    /**
     * @param parent existing folder in which the temporary one is made
     */
    public Sandbox(Installation programs, Path parent) throws IOException {
        this.programs = programs;
        this.folder = Files.createTempDirectory(parent, PREFIX);
        redisPort = ports.next();
        pagePort = ports.next();
        jolokiaPort = ports.next();
    }

    /** Its folder. */
    public Path folder() {
        return folder;
    }

    public HttpProbe web() {
        return web;
    }

    /** A port that nobody holds. */
    public int freePort() throws IOException {
        return ports.next();
    }

    public int redisPort() {
        return redisPort;
    }

    public String redisUrl() {
        return "redis://127.0.0.1:" + redisPort;
    }

    /** The renderer's page, with the slash. */
    public String pageUrl() {
        return "http://127.0.0.1:" + pagePort + "/";
    }

    /** The Redis of this workbench, always at the same port; empty where the machine has none. */
    public Optional<ChildProcess> redis() throws IOException, InterruptedException {
        Optional<Path> server = Installation.find("redis-server");
        if (server.isEmpty()) {
            return Optional.empty();
        }
        ChildProcess redis = start(
                "redis",
                List.of(
                        server.get().toString(),
                        "--port",
                        Integer.toString(redisPort),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        ""),
                Map.of());
        awaitReady("redis", redis, () -> HttpProbe.isRedis(redisPort));
        return Optional.of(redis);
    }

    /** The renderer of this workbench, always at the same ports and with the same state; drawing when this answers. */
    public ChildProcess renderer(List<String> flags, Map<String, String> environment)
            throws IOException, InterruptedException {
        Map<String, String> all = new HashMap<>(Map.of(
                "BEV_AVATAR_STATE_DIR",
                        Files.createDirectories(folder.resolve("state")).toString(),
                "BEV_AVATAR_PORT", Integer.toString(pagePort),
                "BEV_JOLOKIA_PORT", Integer.toString(jolokiaPort),
                "BEV_REDIS_URL", redisUrl()));
        all.putAll(environment);
        List<String> command = programs.command(programs.renderer(), flags);
        command.add("serve");
        ChildProcess renderer = start("renderer", command, all);
        awaitReady("renderer", renderer, () -> web.answers(pageUrl() + "health/ready"));
        return renderer;
    }

    /** As {@link #renderer(List, Map)}, with its class archive. */
    public ChildProcess renderer() throws IOException, InterruptedException {
        return renderer(programs.archive(programs.renderer()).options(), Map.of());
    }

    /**
     * An exporter that reads this workbench.
     *
     * @param port where it is to listen
     */
    public ChildProcess exporter(int port, List<String> flags, Map<String, String> environment) throws IOException {
        Map<String, String> all = new HashMap<>(Map.of(
                "MALLOC_ARENA_MAX",
                "1",
                "BEV_REDIS_URL",
                redisUrl(),
                "BEV_EXPORTER_PORT",
                Integer.toString(port),
                "BEV_EXPORTER_RENDERER_URL",
                "http://127.0.0.1:" + pagePort,
                "BEV_EXPORTER_JOLOKIA_URL",
                "http://127.0.0.1:" + jolokiaPort + "/jolokia/",
                "BEV_EXPORTER_STATE_DIR",
                Files.createDirectories(folder.resolve("exporter")).toString()));
        all.putAll(environment);
        List<String> command = programs.command(programs.exporter(), flags);
        command.add("serve");
        return start("exporter", command, all);
    }

    /** Any other program. */
    public ChildProcess start(String name, List<String> command, Map<String, String> environment) throws IOException {
        ChildProcess program = ChildProcess.start(name, command, environment, folder);
        running.add(program);
        return program;
    }

    /** Waits until {@code program} is ready; answers how many nanoseconds that took from its start. */
    public long awaitReady(String name, ChildProcess program, ChildProcess.Readiness ready)
            throws IOException, InterruptedException {
        long nanos = program.awaitReady(ready, PATIENCE);
        readyNanos.put(name, nanos);
        return nanos;
    }

    /** How long the last start of {@code name} took until it was ready. */
    public long readyNanos(String name) {
        return readyNanos.getOrDefault(name, 0L);
    }

    @Override
    public void close() {
        for (int i = running.size() - 1; i >= 0; i--) {
            running.get(i).close();
        }
        try {
            remove(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes the folders of workbenches that were killed below {@code parent}, where no other is at work. */
    static void removeLeftOvers(Path parent) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path folder : folders) {
                remove(folder);
            }
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
