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
import java.util.ArrayList;
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
    void everyFault_expectsAlertsOfTheRules() throws Exception {
        RuleTimes rules = RuleTimes.read(Repository.root().resolve("alerting-rules"));
        Set<String> names = new HashSet<>();
        for (Fault fault : faults()) {
            assertThat(names.add(fault.name())).as(fault.name() + " is unique").isTrue();
            assertThat(fault.name()).matches("[a-z][a-z-]+");
            for (Expectation expectation : fault.expected()) {
                if (expectation.delivery() != Delivery.BY_EXPORTER) {
                    assertThat(rules.shipped(expectation.alert()))
                            .as(fault.name() + " expects " + expectation.alert())
                            .isPresent();
                }
            }
            assertThat(rules.names()).as(fault.name()).containsAll(fault.consequences());
        }
    }

    @Test
    void everyAlert_hasAFaultOrAReason() throws Exception {
        Set<String> expected = new HashSet<>(FaultCatalogue.WITHOUT_FAULT.keySet());
        faults().forEach(fault -> fault.expected()
                .forEach(expectation -> expected.add(expectation.alert().name())));
        expected.add("AvatarFleetHostsDown"); // the fault of a site, which needs its hosts

        assertThat(expected)
                .containsAll(RuleTimes.read(Repository.root().resolve("alerting-rules"))
                        .names());
    }

    @Test
    void names_areThoseOfTheFaults() throws Exception {
        assertThat(FaultCatalogue.names())
                .containsAll(faults().stream().map(Fault::name).toList())
                .contains(FaultHosts.OUTAGE)
                .hasSizeGreaterThanOrEqualTo(60);
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
    }

    private List<Fault> faults() throws IOException, InterruptedException {
        List<Fault> all = new ArrayList<>();
        try (DelayProxy proxy = DelayProxy.to(1)) {
            all.addAll(FaultCatalogue.all(proxy, proxy, 1, LoopbackDisk.without(directory, "a test mounts nothing")));
        }
        all.addAll(ModelFaults.all());
        // No fault is injected: none needs its host.
        HostFaults.all()
                .forEach(fault -> all.add(new Fault(
                        fault.name(), fault.how(), true, fault.expected(), fault.consequences(), stack -> () -> {})));
        return all;
    }
}
