package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.testkit.Repository;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short soak run; the long one is {@code ./avatar bench soak}. */
class SoakIT {

    /** For bounded pools that grow on demand; a leak of one thread or socket per outage is five per cycle. */
    private static final int SLACK = 3;

    /** Without those that the exporter asks about again only after half a minute or a minute. */
    private static final Set<Outage> QUICK =
            EnumSet.complementOf(EnumSet.of(Outage.REDIS_DENIES_COMMANDS, Outage.HOST_MOUNTS_HANG));

    @TempDir
    private Path directory;

    @Test
    void outagesOfSources_leakNoThreadsOrSockets() throws Exception {
        assumeTrue(Installation.find("redis-server").isPresent(), "redis-server is not installed");
        assumeTrue(Installation.find("gcc").isPresent(), "gcc is not installed");
        Path root = Repository.root();
        Installation installation = Installation.of(root);
        try (Sandbox sandbox = new Sandbox(installation, directory)) {
            // Returns only when every scrape was right and every source has recovered from every outage.
            SoakRun.Outcome outcome = SoakRun.run(sandbox, installation, root, 200, 2, 11, QUICK, step -> {});

            assertThat(outcome.scrapesByOutage()).containsOnlyKeys(QUICK).doesNotContainValue(0);
            assertThat(outcome.scrapes()).isGreaterThanOrEqualTo(200);
            assertThat(outcome.last().threads())
                    .as("threads, after the first cycle %s", outcome.first().threads())
                    .isLessThanOrEqualTo(outcome.first().threads() + SLACK);
            assertThat(outcome.last().niceness())
                    .as("lower priority than the renderer")
                    .isGreaterThanOrEqualTo(10);
            assertThat(outcome.last().sockets())
                    .as("sockets, after the first cycle %s", outcome.first().sockets())
                    .isLessThanOrEqualTo(outcome.first().sockets() + SLACK);
        }
    }
}
