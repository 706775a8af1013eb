package io.bev.avatar.renderer.state;

import io.bev.avatar.common.redis.RedisAddress;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** A real {@code redis-server} for a test, on a free loopback port, with its data in a directory. */
final class RedisServer implements AutoCloseable {

    private final Path directory;
    private final int port;
    private final List<String> options;
    private final RedisClient client;
    private @Nullable Process process;
    private @Nullable StatefulRedisConnection<String, String> connection;

    private RedisServer(Path directory, int port, List<String> options) {
        this.directory = directory;
        this.options = List.copyOf(options);
        this.port = port;
        this.client = RedisClient.create(RedisURI.create("127.0.0.1", port));
    }

    /** Starts a server; skips the test if redis-server is not installed. */
    static RedisServer start(Path directory, String... options) {
        Assumptions.assumeTrue(isInstalled(), "redis-server is not installed");
        RedisServer server = new RedisServer(directory, freePort(), List.of(options));
        server.start();
        return server;
    }

    private static boolean isInstalled() {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, "redis-server"))) {
                return true;
            }
        }
        return false;
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Restarts the server with the same port and data. */
    void start() {
        List<String> command = new ArrayList<>(List.of("redis-server", "--bind", "127.0.0.1"));
        command.addAll(List.of("--port", Integer.toString(port), "--dir", directory.toString()));
        command.addAll(List.of("--save", "", "--appendonly", "yes", "--appendfsync", "everysec"));
        command.addAll(options);
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("redis.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Await.until("redis-server responds", this::isResponding);
    }

    private boolean isResponding() {
        try {
            return commands().ping().equals("PONG");
        } catch (RedisException e) {
            return false;
        }
    }

    /** Commands on a separate connection. */
    RedisCommands<String, String> commands() {
        StatefulRedisConnection<String, String> open = connection;
        if (open == null || !open.isOpen()) {
            open = client.connect();
            connection = open;
        }
        return open.sync();
    }

    int port() {
        return port;
    }

    RedisConfig config() {
        return config("redis://127.0.0.1:" + port);
    }

    static RedisConfig config(String url) {
        return new RedisConfig(java.util.Optional.of(RedisAddress.of(url)), Duration.ofSeconds(1));
    }

    /** Stops it gracefully, as systemd does. */
    void stop() {
        end("-TERM");
    }

    /** Kills it with SIGKILL. */
    void kill() {
        end("-KILL");
    }

    /** Suspends or resumes the process. */
    void hang(boolean hang) {
        signal(hang ? "-STOP" : "-CONT");
    }

    private void end(String signal) {
        Process running = process;
        if (running == null) {
            return;
        }
        if (connection != null) {
            connection.close();
            connection = null;
        }
        signal(signal);
        try {
            if (!running.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("redis-server does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process = null;
    }

    private void signal(String signal) {
        Process running = process;
        if (running == null) {
            return;
        }
        try {
            new ProcessBuilder("kill", signal, Long.toString(running.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end("-KILL");
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    }
}
