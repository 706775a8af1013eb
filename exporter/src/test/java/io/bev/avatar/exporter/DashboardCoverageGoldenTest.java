package io.bev.avatar.exporter;

import io.bev.avatar.testkit.Golden;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Compares the page about public dashboards with this exporter's metrics. */
class DashboardCoverageGoldenTest {

    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final Path PAGE = Path.of("../docs/reference/dashboard-coverage.md");

    @Test
    void publicDashboards_matchThePage() throws Exception {
        Golden.check(PAGE, DashboardCoverage.page(RESOURCES.resolve("public-dashboards"), RESOURCES.resolve("golden")));
    }
}
