package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The endurance run in short: what the long one measures, {@code ./avatar bench soak}. */
class SoakIT {

    /** Pools that grow on demand within their bounds; a leak of one thread or socket a outage is five a cycle. */
    private static final int SLACK = 3;

    @TempDir
    private Path folder;

    @Test
    void sourcesGoingAwayAndComingBack_leaveNoThreadAndNoSocketBehind() throws Exception {
        assumeTrue(Installation.find("redis-server").isPresent(), "redis-server is not installed");
        assumeTrue(Installation.find("gcc").isPresent(), "gcc, which builds the simulated GPU, is not installed");
        Path root = repository();
        Installation programs = Installation.of(root);
        try (Sandbox bench = new Sandbox(programs, folder)) {
            // Answers only when every source has recovered from every outage.
            SoakRun.Outcome outcome = SoakRun.run(bench, programs, root, 200, 2, step -> {});

            assertThat(outcome.noticed()).containsExactly(Outage.values());
            assertThat(outcome.scrapes()).isGreaterThanOrEqualTo(200);
            assertThat(outcome.last().threads())
                    .as("threads, after the first cycle %s", outcome.first().threads())
                    .isLessThanOrEqualTo(outcome.first().threads() + SLACK);
            assertThat(outcome.last().niceness())
                    .as("gives way to the renderer")
                    .isGreaterThanOrEqualTo(10);
            assertThat(outcome.last().sockets())
                    .as("sockets, after the first cycle %s", outcome.first().sockets())
                    .isLessThanOrEqualTo(outcome.first().sockets() + SLACK);
        }
    }

    private static Path repository() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("avatar"))) {
            folder = Optional.ofNullable(folder.getParent()).orElseThrow();
        }
        return folder;
    }
}
