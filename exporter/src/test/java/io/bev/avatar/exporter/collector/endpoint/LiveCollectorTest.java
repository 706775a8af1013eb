package io.bev.avatar.exporter.collector.endpoint;

import static io.bev.avatar.exporter.collector.Scrapes.failedScrape;
import static io.bev.avatar.exporter.collector.Scrapes.scrape;
import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.exporter.client.HttpSource;
import io.bev.avatar.exporter.client.StubServer;
import io.bev.avatar.exporter.client.StubServer.Answer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LiveCollectorTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void anyAnswer_isLife() throws Exception {
        try (HttpSource http = new HttpSource();
                StubServer page = new StubServer(request -> Answer.status(503, "failed"))) {
            assertThat(scrape(new LiveCollector(page.address("/"), LONG, http))).contains("avatar_renderer_live 1.0\n");
            assertThat(page.asked())
                    .singleElement()
                    .satisfies(asked -> assertThat(asked.path()).isEqualTo("/health/live"));
        }
    }

    @Test
    void nobodyOrSilence_isAReadingToo() throws Exception {
        try (HttpSource http = new HttpSource();
                StubServer page = new StubServer(request -> Answer.silence())) {
            assertThat(scrape(new LiveCollector(StubServer.nobody("/"), LONG, http)))
                    .contains("avatar_renderer_live 0.0\n");
            assertThat(scrape(new LiveCollector(page.address("/"), Duration.ofMillis(100), http)))
                    .contains("avatar_renderer_live 0.0\n");

            Thread.currentThread().interrupt();
            assertThat(failedScrape(new LiveCollector(page.address("/"), LONG, http), "in this scrape's time"))
                    .contains("avatar_renderer_live 0.0\n");
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
