package io.bev.avatar.bench.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Writes the shipped example {@code alerting-rules/examples/fleet.yml} with this run's addresses and without Alertmanager. */
final class FleetConfig {

    /** Address without a listener. */
    private static final String NO_ALERTMANAGER = "127.0.0.1:1";

    private FleetConfig() {}

    /**
     * Writes the configuration.
     *
     * @param rules the shipped {@code alerting-rules}
     * @param inventory URL of the target list
     * @param port port of Prometheus
     * @param target file to write
     */
    static void write(Path rules, String inventory, int port, Path target) throws IOException {
        Path example = rules.resolve("examples/fleet.yml");
        String text = Files.readString(example);
        Map<String, String> addresses = Map.of(
                "http://inventory.example.org/avatar", inventory,
                "'../*.rules.yml'", "'" + rules.toAbsolutePath() + "/*.rules.yml'",
                "localhost:9090", "localhost:" + port,
                "'alertmanager-a.example.org:9093', 'alertmanager-b.example.org:9093'", "'" + NO_ALERTMANAGER + "'");
        for (Map.Entry<String, String> address : addresses.entrySet()) {
            if (!text.contains(address.getKey())) {
                throw new IOException(example + " does not contain '" + address.getKey() + "'; adapt FleetConfig");
            }
            text = text.replace(address.getKey(), address.getValue());
        }
        Files.writeString(target, text);
    }
}
