package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.bench.Fault.Delivery;
import io.bev.avatar.bench.Fault.Expectation;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

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
    void names_areThoseOfTheFaults() throws Exception {
        assertThat(faults()).extracting(Fault::name).containsExactlyElementsOf(FaultCatalogue.NAMES);
    }

    @Test
    void faultThatThereIsNot_isNamedBesideThoseThatAre_beforeAnythingStarts() throws Exception {
        StringWriter said = new StringWriter();

        int status = new CommandLine(new DetectCommand())
                .setErr(new PrintWriter(said, true))
                .execute("--root", folder.toString(), "--only=gpu-hot,nothing");

        assertThat(status).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(said.toString()).contains("--only nothing: expected one of gpu-hot, gpu-full, ");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void smallDisk_closedTwice_isUnmountedOnce() throws Exception {
        LoopbackDisk disk = LoopbackDisk.mount(folder.resolve("image"), folder.resolve("mounted"));
        try {
            disk.fill();
        } catch (Fault.NotPossibleException e) {
            assumeTrue(false, e.getMessage());
        }
        disk.close();
        disk.close();

        assertThat(folder.resolve("mounted")).isEmptyDirectory();
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
        try (DelayProxy link = DelayProxy.to(1)) {
            return FaultCatalogue.all(link, link, 1, LoopbackDisk.without(folder, "a test mounts nothing"));
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
