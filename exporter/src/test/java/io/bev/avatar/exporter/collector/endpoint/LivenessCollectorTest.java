package io.bev.avatar.exporter.collector.endpoint;

import static io.bev.avatar.exporter.collector.Scrapes.failedScrape;
import static io.bev.avatar.exporter.collector.Scrapes.scrape;
import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.testkit.StubHttpServer;
import io.bev.avatar.testkit.StubHttpServer.Answer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LivenessCollectorTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void anyResponse_isLive() throws Exception {
        try (BoundedHttpClient http = new BoundedHttpClient();
                StubHttpServer page = new StubHttpServer(request -> Answer.status(503, "failed"))) {
            assertThat(scrape(new LivenessCollector(page.address("/"), LONG, http)))
                    .contains("avatar_renderer_live 1.0\n");
            assertThat(page.asked())
                    .singleElement()
                    .satisfies(asked -> assertThat(asked.path()).isEqualTo("/health/live"));
        }
    }

    @Test
    void unreachableOrSilent_isAValidSample() throws Exception {
        try (BoundedHttpClient http = new BoundedHttpClient();
                StubHttpServer page = new StubHttpServer(request -> Answer.silence())) {
            assertThat(scrape(new LivenessCollector(StubHttpServer.unreachable("/"), LONG, http)))
                    .contains("avatar_renderer_live 0.0\n");
            assertThat(scrape(new LivenessCollector(page.address("/"), Duration.ofMillis(100), http)))
                    .contains("avatar_renderer_live 0.0\n");

            Thread.currentThread().interrupt();
            assertThat(failedScrape(new LivenessCollector(page.address("/"), LONG, http), "within the scrape timeout"))
                    .contains("avatar_renderer_live 0.0\n");
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
