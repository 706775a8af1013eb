package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.bench.Fault.Delivery;
import io.bev.avatar.bench.Fault.Expectation;
import io.bev.avatar.testkit.Repository;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class FaultCatalogueTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @Test
    void everyFault_expectsAnAlertOfTheRules() throws Exception {
        RuleTimes rules = RuleTimes.read(Repository.root().resolve("alerting-rules"));
        Set<String> names = new HashSet<>();
        for (Fault fault : faults()) {
            assertThat(names.add(fault.name())).as(fault.name() + " is unique").isTrue();
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
    void names_matchFaults() throws Exception {
        assertThat(faults()).extracting(Fault::name).containsExactlyElementsOf(FaultCatalogue.NAMES);
    }

    @Test
    void unknownFault_isReportedWithKnownNames_beforeAnythingStarts() throws Exception {
        StringWriter err = new StringWriter();

        int status = new CommandLine(new DetectCommand())
                .setErr(new PrintWriter(err, true))
                .execute("--root", directory.toString(), "--only=gpu-hot,nothing");

        assertThat(status).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("--only nothing: expected one of gpu-hot, gpu-full, ");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void loopbackDisk_closedTwice_isUnmountedOnce() throws Exception {
        LoopbackDisk disk = LoopbackDisk.mount(directory.resolve("image"), directory.resolve("mounted"));
        try {
            disk.fill();
        } catch (Fault.NotPossibleException e) {
            assumeTrue(false, e.getMessage());
        }
        disk.close();
        disk.close();

        assertThat(directory.resolve("mounted")).isEmptyDirectory();
    }

    @Test
    void detectionPage_containsEveryFault() throws Exception {
        String page = Files.readString(Repository.root().resolve("docs/detection.md"));
        for (Fault fault : faults()) {
            assertThat(page)
                    .as("./avatar bench detect --docs writes the page again")
                    .contains("| " + fault.name() + " |");
        }
        assertThat(page).doesNotContain("**unrelated**");
    }

    private List<Fault> faults() throws IOException, InterruptedException {
        try (DelayProxy proxy = DelayProxy.to(1)) {
            return FaultCatalogue.all(proxy, proxy, 1, LoopbackDisk.without(directory, "a test mounts nothing"));
        }
    }
}
