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
 * Sandbox in which renderer and exporter run temporarily: a temporary directory and free ports. Closing it ends the running
 * processes and removes the directory.
 */
public final class Sandbox implements AutoCloseable {

    private static final String PREFIX = "sandbox-";
    /** Time in which a process must be ready. */
    public static final Duration READY_TIMEOUT = Duration.ofMinutes(2);

    private final Installation installation;
    private final Path directory;
    private final HttpProbe web = new HttpProbe();
    private final FreePorts ports = new FreePorts();
    private final List<ChildProcess> running = new ArrayList<>();
    private final Map<String, Long> readyNanos = new HashMap<>();
    private final int redisPort;
    private final int pagePort;
    private final int jolokiaPort;

    /**
     * @param parent existing directory in which the temporary one is created
     */
    public Sandbox(Installation installation, Path parent) throws IOException {
        this.installation = installation;
        this.directory = Files.createTempDirectory(parent, PREFIX);
        redisPort = ports.next();
        pagePort = ports.next();
        jolokiaPort = ports.next();
    }

    /** Directory of the sandbox. */
    public Path directory() {
        return directory;
    }

    public HttpProbe web() {
        return web;
    }

    /** A free port. */
    public int freePort() throws IOException {
        return ports.next();
    }

    public int redisPort() {
        return redisPort;
    }

    public String redisUrl() {
        return "redis://127.0.0.1:" + redisPort;
    }

    /** URL of the renderer's page, with the trailing slash. */
    public String pageUrl() {
        return "http://127.0.0.1:" + pagePort + "/";
    }

    /** Starts Redis, always on the same port; empty when redis-server is not installed. */
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
        awaitReady("redis", redis, () -> RedisProbe.replies(redisPort));
        return Optional.of(redis);
    }

    /** Starts the renderer, always on the same ports and with the same state; returns when it is ready. */
    public ChildProcess renderer(List<String> flags, Map<String, String> environment)
            throws IOException, InterruptedException {
        Map<String, String> all = new HashMap<>(Map.of(
                "BEV_AVATAR_STATE_DIR",
                        Files.createDirectories(directory.resolve("state")).toString(),
                "BEV_AVATAR_PORT", Integer.toString(pagePort),
                "BEV_JOLOKIA_PORT", Integer.toString(jolokiaPort),
                "BEV_REDIS_URL", redisUrl()));
        all.putAll(environment);
        List<String> command = installation.command(installation.renderer(), flags);
        command.add("serve");
        ChildProcess renderer = start("renderer", command, all);
        awaitReady("renderer", renderer, () -> web.answers(pageUrl() + "health/ready"));
        return renderer;
    }

    /** Starts the renderer as {@link #renderer(List, Map)} does, with its class archive. */
    public ChildProcess renderer() throws IOException, InterruptedException {
        return renderer(installation.archive(installation.renderer()).options(), Map.of());
    }

    /**
     * Starts an exporter that reads the renderer and Redis of this sandbox.
     *
     * @param port port to listen on
     */
    public ChildProcess exporter(int port, List<String> flags, Map<String, String> environment) throws IOException {
        return exporter(port, List.of(), flags, environment);
    }

    /**
     * Starts an exporter as {@link #exporter(int, List, Map)} does.
     *
     * @param prefix words before the command, such as {@code ip netns exec NAME}
     */
    public ChildProcess exporter(int port, List<String> prefix, List<String> flags, Map<String, String> environment)
            throws IOException {
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
                Files.createDirectories(directory.resolve("exporter")).toString()));
        all.putAll(environment);
        List<String> command = new ArrayList<>(prefix);
        command.addAll(installation.command(installation.exporter(), flags));
        command.add("serve");
        return start("exporter", command, all);
    }

    /** Starts any other process. */
    public ChildProcess start(String name, List<String> command, Map<String, String> environment) throws IOException {
        ChildProcess application = ChildProcess.start(name, command, environment, directory);
        running.add(application);
        return application;
    }

    /** Waits until {@code application} is ready; returns the nanoseconds since its start. */
    public long awaitReady(String name, ChildProcess application, ChildProcess.Readiness ready)
            throws IOException, InterruptedException {
        long nanos = application.awaitReady(ready, READY_TIMEOUT);
        readyNanos.put(name, nanos);
        return nanos;
    }

    /** Nanoseconds from the last start of {@code name} until it was ready. */
    public long readyNanos(String name) {
        return readyNanos.getOrDefault(name, 0L);
    }

    @Override
    public void close() {
        for (int i = running.size() - 1; i >= 0; i--) {
            running.get(i).close();
        }
        try {
            remove(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Removes directories left below {@code parent} by killed processes; call only while no other sandbox is in use
     * there.
     */
    static void removeLeftOvers(Path parent) throws IOException {
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path directory : directories) {
                remove(directory);
            }
        }
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
