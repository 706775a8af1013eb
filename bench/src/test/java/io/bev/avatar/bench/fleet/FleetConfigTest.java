package io.bev.avatar.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.testkit.Repository;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetConfigTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @Test
    void write_shippedExample_containsOnlyThisRunsAddresses() throws Exception {
        Path file = directory.resolve("prometheus.yml");
        FleetConfig.write(Repository.root().resolve("alerting-rules"), "http://127.0.0.1:7/hosts", 8, file);
        assertThat(file)
                .content()
                .contains("http://127.0.0.1:7/hosts", "localhost:8'")
                .doesNotContain("inventory.example.org", "alertmanager-a");
    }

    @Test
    void dashboardQueries_variablesAreReplaced() throws Exception {
        List<DashboardQueries.Query> queries =
                DashboardQueries.read(Repository.root().resolve("grafana/dashboards"));
        assertThat(queries).hasSizeGreaterThan(20);
        assertThat(DashboardQueries.filled("label_replace(x{a=~\"$instance\"}[$__rate_interval], \"b\", \"$1\")"))
                .isEqualTo("label_replace(x{a=~\".+\"}[1m], \"b\", \"$1\")");
        assertThat(queries).allSatisfy(query -> assertThat(query.expression()).doesNotContainPattern("\\$[{a-zA-Z_]"));
    }
}
