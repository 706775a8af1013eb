package io.bev.avatar.bench.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The shipped example {@code alerting-rules/examples/fleet.yml}, with this run's addresses in it and no one to notify. */
final class FleetConfig {

    /** Nothing listens there. */
    private static final String NOBODY = "127.0.0.1:1";

    private FleetConfig() {}

    /**
     * Writes it.
     *
     * @param rules the shipped {@code alerting-rules}
     * @param inventory where Prometheus learns its targets
     * @param port where it finds itself
     * @param target file to write
     */
    static void write(Path rules, String inventory, int port, Path target) throws IOException {
        Path example = rules.resolve("examples/fleet.yml");
        String text = Files.readString(example);
        Map<String, String> addresses = Map.of(
                "http://inventory.example.org/avatar", inventory,
                "'../*.rules.yml'", "'" + rules.toAbsolutePath() + "/*.rules.yml'",
                "localhost:9090", "localhost:" + port,
                "'alertmanager-a.example.org:9093', 'alertmanager-b.example.org:9093'", "'" + NOBODY + "'");
        for (Map.Entry<String, String> address : addresses.entrySet()) {
            if (!text.contains(address.getKey())) {
                throw new IOException(example + " has no " + address.getKey() + ", which a fleet's address replaces");
            }
            text = text.replace(address.getKey(), address.getValue());
        }
        Files.writeString(target, text);
    }
}
