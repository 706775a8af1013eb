package io.bev.avatar.launcher.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.launcher.bench.Fault.Delivery;
import io.bev.avatar.launcher.bench.Fault.Expectation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultCatalogueTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    @Test
    void everyFault_expectsAnAlertThatTheRulesHave() throws Exception {
        RuleTimes rules = RuleTimes.read(repository().resolve("alerting-rules"));
        Set<String> names = new HashSet<>();
        for (Fault fault : faults()) {
            assertThat(names.add(fault.name())).as(fault.name() + " comes once").isTrue();
            assertThat(fault.name()).matches("[a-z][a-z-]+");
            assertThat(fault.expected()).as(fault.name()).isNotEmpty();
            for (Expectation expectation : fault.expected()) {
                if (expectation.delivery() != Delivery.BY_EXPORTER) {
                    assertThat(rules.shipped(expectation.alert()))
                            .as(fault.name() + " expects " + expectation.alert())
                            .isPresent();
                }
            }
        }
    }

    @Test
    void detectionPage_inTheDocumentation_hasEveryFault() throws Exception {
        String page = Files.readString(repository().resolve("docs/detection.md"));
        for (Fault fault : faults()) {
            assertThat(page)
                    .as("./avatar bench detect --docs writes the page again")
                    .contains("| " + fault.name() + " |");
        }
        assertThat(page).doesNotContain("**unrelated**");
    }

    private List<Fault> faults() throws IOException, InterruptedException {
        try (SlowLink link = SlowLink.to(1)) {
            return FaultCatalogue.all(link, link, 1, SmallDisk.without(folder, "a test mounts nothing"));
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
