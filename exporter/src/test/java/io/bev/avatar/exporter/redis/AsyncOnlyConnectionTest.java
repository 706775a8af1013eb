package io.bev.avatar.exporter.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.redis.RedisAddress;
import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.testkit.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnectionImpl;
import io.lettuce.core.resource.ClientResources;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The client without synchronous and reactive commands overrides Lettuce's protected factories with null. An upgrade of
 * Lettuce that creates these commands elsewhere, or that calls them itself, fails here.
 */
@Timeout(60)
class AsyncOnlyConnectionTest {

    @TempDir
    Path directory;

    private RedisServer server;
    private ClientResources resources;
    private RedisClient client;

    @BeforeEach
    void start() throws Exception {
        server = RedisServer.start(directory);
        RedisConfig config = new RedisConfig(server.url(), Duration.ofSeconds(5));
        RedisAddress address = config.address();
        resources = address.resources().build();
        client =
                address.client(resources, address.uris(config.timeout(), "test").get(0));
    }

    @AfterEach
    void stop() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        var unused = resources.shutdown(0, 1, TimeUnit.SECONDS);
        server.close();
    }

    private static Object field(Class<?> type, String name, Object of) throws ReflectiveOperationException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    @Test
    void connection_hasAsynchronousCommandsOnly_andReconnects() throws Exception {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            assertThat(connection).isInstanceOf(StatefulRedisConnectionImpl.class);
            assertThat(field(StatefulRedisConnectionImpl.class, "sync", connection))
                    .isNull();
            assertThat(field(StatefulRedisConnectionImpl.class, "reactive", connection))
                    .isNull();

            assertThat(connection.async().set("a", "1").get(5, TimeUnit.SECONDS))
                    .isEqualTo("OK");
            server.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            assertThat(connection.async().get("a").get(20, TimeUnit.SECONDS)).isEqualTo("1");
        }
    }

    @Test
    void pubSubConnection_hasAsynchronousCommandsOnly_andReceives() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        try (StatefulRedisPubSubConnection<String, String> connection = client.connectPubSub()) {
            assertThat(connection).isInstanceOf(StatefulRedisPubSubConnectionImpl.class);
            assertThat(field(StatefulRedisConnectionImpl.class, "sync", connection))
                    .isNull();
            assertThat(field(StatefulRedisConnectionImpl.class, "reactive", connection))
                    .isNull();
            connection.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    received.add(message);
                }
            });
            connection.async().subscribe("channel").get(5, TimeUnit.SECONDS);

            server.command("PUBLISH", "channel", "hello");

            assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo("hello");
        }
    }
}
