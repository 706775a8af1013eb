package io.bev.avatar.exporter;

import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.host.HostFixture;
import io.bev.avatar.exporter.collector.redis.RedisFixture;
import io.bev.avatar.testkit.Golden;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** Compares the output of the host and Redis collectors for fixed input with golden files. */
class GoldenScrapeTest {

    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-01T01:00:00Z"), ZoneOffset.UTC);

    @Test
    void host_fixtureTree_matchesGoldenFile() throws Exception {
        MetricSink out = new MetricSink();
        HostFixture.collect(RESOURCES.resolve("fixtures"), CLOCK, out);

        Golden.check(RESOURCES.resolve("golden/host.prom"), Expositions.text(out));
    }

    @Test
    void redis_fixtureInfo_matchesGoldenFile() throws Exception {
        MetricSink out = new MetricSink();
        RedisFixture.collect(RESOURCES.resolve("fixtures/redis-info.txt"), CLOCK, out);

        Golden.check(RESOURCES.resolve("golden/redis.prom"), Expositions.text(out));
    }
}
