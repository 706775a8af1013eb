package io.bev.avatar.renderer.state;

import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.testkit.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A {@link RedisServer} with an append-only file, and commands on a connection of the test's own. */
final class TestRedis implements AutoCloseable {

    private final RedisServer server;
    private final RedisClient client;
    private @Nullable StatefulRedisConnection<String, String> connection;

    private TestRedis(RedisServer server) {
        this.server = server;
        this.client = RedisClient.create(RedisURI.create("127.0.0.1", server.port()));
    }

    /** Starts a server; skips the test if redis-server is not installed. */
    static TestRedis start(Path directory, String... options) {
        Stream<String> durable = Stream.of("--appendonly", "yes", "--appendfsync", "everysec");
        try {
            return new TestRedis(RedisServer.start(
                    directory, Stream.concat(durable, Stream.of(options)).toArray(String[]::new)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Restarts the server with the same port and data. */
    void start() {
        run(server::restart);
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
        return server.port();
    }

    Optional<RedisConfig> config() {
        return config(server.url());
    }

    static Optional<RedisConfig> config(String url) {
        return Optional.of(new RedisConfig(url, Duration.ofSeconds(1)));
    }

    /** Stops it gracefully, as systemd does. */
    void stop() {
        disconnect();
        run(server::stop);
    }

    /** Kills it with SIGKILL. */
    void kill() {
        disconnect();
        server.kill();
    }

    /** Suspends or resumes the process. */
    void hang(boolean hang) {
        run(hang ? server::freeze : server::thaw);
    }

    private void disconnect() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    /** An action on the server. */
    @FunctionalInterface
    private interface Action {
        void run() throws IOException;
    }

    private static void run(Action action) {
        try {
            action.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        disconnect();
        server.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    }
}
