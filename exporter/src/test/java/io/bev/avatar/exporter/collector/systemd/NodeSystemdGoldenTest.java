package io.bev.avatar.exporter.collector.systemd;

import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.systemd.SystemdManagerClient.ListedUnit;
import io.bev.avatar.exporter.systemd.SystemdManagerClient.Overview;
import io.bev.avatar.testkit.Golden;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Compares all names of node_exporter's systemd collector with a golden file. */
class NodeSystemdGoldenTest {

    @Test
    void units_ofEachReportedType_matchGoldenFile() throws Exception {
        MetricSink out = new MetricSink();
        NodeSystemdMetrics.emit(
                new Overview(
                        "252.39-1~deb12u2",
                        "degraded",
                        Map.of("active", 3, "failed", 1, "inactive", 2),
                        List.of(
                                new ListedUnit("a.service", "active", "notify", Map.of()),
                                new ListedUnit("b\"quoted.service", "failed", "simple", Map.of()),
                                new ListedUnit(
                                        "c.socket",
                                        "active",
                                        "",
                                        Map.of("NAccepted", 5.0, "NConnections", 2.0, "NRefused", 1.0)),
                                new ListedUnit("d.timer", "active", "", Map.of("LastTriggerUSec", 1.5e6)),
                                new ListedUnit("never.timer", "inactive", "", Map.of("LastTriggerUSec", 0.0)))),
                out);

        Golden.check(Path.of("src/test/resources/golden/on-request/node-systemd.prom"), Expositions.text(out));
    }
}
