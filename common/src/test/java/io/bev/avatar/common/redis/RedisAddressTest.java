package io.bev.avatar.common.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.lettuce.core.RedisURI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {

    private static Optional<RedisAddress> read(String yaml, String url) {
        Config config = Config.of(yaml, "test.yaml", url.isEmpty() ? Map.of() : Map.of("BEV_REDIS_URL", url));
        Optional<RedisAddress> address = RedisAddress.from(config);
        config.finish("redis");
        return address;
    }

    @ParameterizedTest
    @CsvSource({
        "redis://user:secret@host:1/2,redis://host:1/2,false",
        "redis://:s%2Fe@host,redis://host,false",
        "rediss://host:1,rediss://host:1,false",
        "redis-socket:///run/redis.sock,redis-socket:///run/redis.sock,false",
        "redis-socket://user:secret@/run/redis.sock?database=2,redis-socket:///run/redis.sock?database=2,false",
    })
    void from_goodUrl_showsNoCredentials(String url, String shown, boolean cluster) {
        RedisAddress address = read("", url).orElseThrow();

        assertThat(address).hasToString(shown);
        assertThat(address.cluster()).isEqualTo(cluster);
    }

    @Test
    void from_severalNodes_isACluster() {
        RedisAddress address = read("", "rediss://user:se,cret@a:1,b:2").orElseThrow();

        assertThat(address.cluster()).isTrue();
        assertThat(address).hasToString("rediss://a:1,b:2");
        List<RedisURI> nodes = address.uris(Duration.ofSeconds(3), "me");
        assertThat(nodes).extracting(RedisURI::getHost).containsExactly("a", "b");
        assertThat(nodes).extracting(RedisURI::getPort).containsExactly(1, 2);
        assertThat(nodes).allMatch(RedisURI::isSsl);
        assertThat(nodes).extracting(RedisURI::getTimeout).containsOnly(Duration.ofSeconds(3));
    }

    @Test
    void from_passwordWithComma_isNoCluster() {
        assertThat(read("", "redis://user:a,b@host:1").orElseThrow().cluster()).isFalse();
    }

    @Test
    void from_sentinels_areAllKnown() {
        RedisAddress address =
                read("", "redis-sentinel://:secret@a:1,b:2/3#avatar").orElseThrow();

        RedisURI uri = address.uris(Duration.ofSeconds(1), "me").get(0);
        assertThat(uri.getSentinelMasterId()).isEqualTo("avatar");
        assertThat(uri.getSentinels()).extracting(RedisURI::getHost).containsExactly("a", "b");
        assertThat(uri.getDatabase()).isEqualTo(3);
        assertThat(address.cluster()).isFalse();
        assertThat(address).hasToString("redis-sentinel://a:1,b:2/3#avatar");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "http://:secret@host",
                "redis://:secret@",
                "redis://:secret@host:port",
                "redis://:se cret@h",
                "redis://:sec/ret@h",
                "redis-sentinel://:secret@h:1",
                "redis://:secret@host/db"
            })
    void from_badUrl_isAProblemWithoutThePassword(String url) {
        assertThatThrownBy(() -> read("", url))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("redis.url")
                .hasMessageContaining("expected redis://")
                .hasMessageNotContaining("cret")
                .hasMessageNotContaining("sec/");
    }

    @Test
    void from_nothing_isEmpty() {
        assertThat(read("redis: {url: ''}", "")).isEmpty();
        assertThat(read("", "").orElseThrow()).hasToString("redis://127.0.0.1:6379");
    }

    @Test
    void from_filesOfTls_areCheckedAndNeedTls(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("ca.pem"), "-");

        assertThat(read("redis: {ca-file: " + file + "}", "rediss://h")
                        .orElseThrow()
                        .caFile())
                .contains(file);
        assertThatThrownBy(() -> read("redis: {ca-file: " + file + "}", "redis://h"))
                .hasMessageContaining("expected a URL of TLS");
        assertThatThrownBy(() -> read("redis: {ca-file: " + directory.resolve("none") + "}", "rediss://h"))
                .hasMessageContaining("redis.ca-file");
        assertThatThrownBy(() -> read("redis: {cert-file: " + file + "}", "rediss://h"))
                .hasMessageContaining("only one of cert-file and key-file");
    }

    @Test
    void withoutPassword_masksItInAnyText() {
        RedisAddress address = RedisAddress.of("redis://user:se%2Fcret@host:1");

        assertThat(address.withoutPassword("refused se/cret\nat redis://user:se%2Fcret@host:1"))
                .doesNotContain("se/cret", "se%2Fcret", "\n");
    }
}
