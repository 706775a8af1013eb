package io.bev.avatar.renderer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.config.Config;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PageConfigTest {

    private static PageConfig read(String yaml) {
        Config c = Config.of(yaml, "avatar.yaml", Map.of());
        PageConfig config = PageConfig.from(c);
        c.finish("page");
        return config;
    }

    @Test
    void defaults_areTheExporterOfThisMachine_withoutDashboards() {
        assertThat(read("exporter: {port: 9900}"))
                .isEqualTo(new PageConfig(
                        Optional.of(URI.create("http://127.0.0.1:9900/metrics")),
                        Optional.empty(),
                        Optional.of(URI.create("http://127.0.0.1:9900/runbooks"))));
    }

    @Test
    void protectedExporter_isLinkedOnlyByAGivenAddress() {
        assertThat(read("exporter: {web-config-file: web.yml}\npage: {metrics-url: 'https://gpu-07:9818/metrics'}"))
                .isEqualTo(new PageConfig(
                        Optional.of(URI.create("https://gpu-07:9818/metrics")), Optional.empty(), Optional.empty()));
    }

    @Test
    void addressesOfTheStack_areUsed_andThoseOfThePageGoFirst() {
        assertThat(read("stack: {dashboards-url: 'http://a:3000', runbooks-url: 'http://a/r'}\n"
                        + "page: {dashboards-url: 'http://b:3000'}"))
                .extracting(PageConfig::dashboardsUrl, PageConfig::runbooksUrl)
                .containsExactly(Optional.of(URI.create("http://b:3000")), Optional.of(URI.create("http://a/r")));
    }

    @Test
    void otherSchemes_areRejected() {
        for (String url : new String[] {"javascript:alert(1)", "gpu-07:3000", "http://", "http://a b"}) {
            assertThatThrownBy(() -> read("page: {dashboards-url: '" + url + "'}"))
                    .as(url)
                    .hasMessageContaining("page.dashboards-url")
                    .hasMessageContaining("http://gpu-07:3000");
        }
    }
}
