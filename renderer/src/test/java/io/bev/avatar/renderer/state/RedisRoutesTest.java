package io.bev.avatar.renderer.state;

import static io.bev.avatar.renderer.state.Stores.open;
import static io.bev.avatar.renderer.state.Stores.submit;
import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.cds.FreePorts;
import io.bev.avatar.common.redis.RedisAddress;
import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Saving to Redis over TLS with an ACL user, and over a Unix socket. */
class RedisRoutesTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private Path journal;
    private Path data;

    @BeforeEach
    void directories() throws IOException {
        journal = Files.createDirectories(directory.resolve("journal"));
        data = Files.createDirectories(directory.resolve("data"));
    }

    private void savesThrough(RedisAddress address, TestRedis redis, int database) throws IOException {
        Optional<RedisConfig> config = Optional.of(new RedisConfig(address, TIMEOUT));
        try (DurableStateStore store = open(journal, config)) {
            submit(store, "{'emotion':'happy'}");
            Await.until("saved", () -> saved(redis, database).contains("happy"));
            // The renderer learns that the connection works after Redis has saved.
            Await.until("connected", () -> store.statistics().redisConnected());
            assertThat(store.statistics().redisDetail()).doesNotContain("open-sesame");
        }
        assertThat(config.toString()).doesNotContain("open-sesame", "renderer");
    }

    private static String saved(TestRedis redis, int database) {
        redis.commands().select(database);
        String text = redis.commands().get(RedisKeys.STATE);
        return text == null ? "" : text;
    }

    @Test
    void tls_withPrivateAuthorityAndUser_savesState() throws Exception {
        Path key = directory.resolve("server.key");
        Path certificate = directory.resolve("server.pem");
        certify(key, certificate);
        int port = FreePorts.take(1)[0];
        try (TestRedis redis = TestRedis.start(
                data,
                "--tls-port",
                Integer.toString(port),
                "--tls-auth-clients",
                "no",
                "--tls-cert-file",
                certificate.toString(),
                "--tls-key-file",
                key.toString(),
                "--tls-ca-cert-file",
                certificate.toString(),
                "--user",
                "renderer",
                "on",
                ">open-sesame",
                "~*",
                "&*",
                "+@all")) {
            String url = "rediss://renderer:open-sesame@127.0.0.1:" + port + "/1";
            savesThrough(new RedisAddress(url, Optional.of(certificate), Optional.empty(), Optional.empty()), redis, 1);
        }
    }

    private static void certify(Path key, Path certificate) throws IOException, InterruptedException {
        String command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
                + " -addext subjectAltName=IP:127.0.0.1 -keyout " + key + " -out " + certificate;
        int code;
        try {
            code = new ProcessBuilder(command.split(" ", -1))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            code = Assumptions.abort("openssl is not installed");
        }
        assertThat(code).as(command).isZero();
    }

    @Test
    void unixSocket_savesState() throws Exception {
        // The path of a socket is limited to 107 bytes, which a test directory can exceed.
        Path place = Files.createTempDirectory(Path.of("/tmp"), "redis");
        Path socket = place.resolve("s");
        try (TestRedis redis = TestRedis.start(data, "--unixsocket", socket.toString())) {
            savesThrough(RedisAddress.of("redis-socket://" + socket + "?database=2"), redis, 2);
        } finally {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(place);
        }
    }
}
