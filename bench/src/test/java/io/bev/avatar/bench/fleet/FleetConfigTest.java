package io.bev.avatar.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetConfigTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    @Test
    void write_shippedExample_hasThisRunsAddressesAlone() throws Exception {
        Path file = folder.resolve("prometheus.yml");
        FleetConfig.write(repository().resolve("alerting-rules"), "http://127.0.0.1:7/hosts", 8, file);
        assertThat(file)
                .content()
                .contains("http://127.0.0.1:7/hosts", "localhost:8'")
                .doesNotContain("inventory.example.org", "alertmanager-a");
    }

    @Test
    void dashboardQueries_variables_areFilledIn() throws Exception {
        List<DashboardQueries.Query> queries =
                DashboardQueries.read(repository().resolve("grafana/dashboards"));
        assertThat(queries).hasSizeGreaterThan(20);
        assertThat(DashboardQueries.filled("label_replace(x{a=~\"$instance\"}[$__rate_interval], \"b\", \"$1\")"))
                .isEqualTo("label_replace(x{a=~\".+\"}[1m], \"b\", \"$1\")");
        assertThat(queries).allSatisfy(query -> assertThat(query.expression()).doesNotContainPattern("\\$[{a-zA-Z_]"));
    }

    private static Path repository() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("avatar"))) {
            folder = Optional.ofNullable(folder.getParent()).orElseThrow();
        }
        return folder;
    }
}
