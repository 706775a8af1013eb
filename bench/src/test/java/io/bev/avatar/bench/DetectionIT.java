package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.cds.Installation;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.testkit.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A part of {@code ./avatar bench detect} on a real stack: which alerts are raised, not how soon. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DetectionIT {

    private static final Duration ALERT_TIMEOUT = Duration.ofMinutes(3);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private FaultStack stack;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private FaultInjector run;

    private final CpuShare cpu = new CpuShare(Ticker.system());

    @BeforeAll
    void startStack() throws Exception {
        for (String program : List.of("gcc", "redis-server", "redis-cli", "prometheus", "prometheus-alertmanager")) {
            assumeTrue(Installation.find(program).isPresent(), program + " is not installed");
        }
        Path path = Files.createDirectories(directory.resolve("run directory"));
        stack = FaultStack.start(
                Repository.root(),
                path,
                LoopbackDisk.without(path, "a test mounts nothing"),
                ShortenedRules.STANDARD,
                Optional.empty());
        AlertView view = new AlertView(
                stack.client(), stack.stack().prometheus(), stack.stack().redisPort());
        run = new FaultInjector(
                stack.stack(),
                stack.target(),
                view,
                FaultCatalogue.OF_THE_MACHINE,
                Ticker.system(),
                cpu,
                Duration.ZERO,
                ALERT_TIMEOUT);
    }

    @AfterAll
    void stopStack() throws Exception {
        cpu.close();
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    void gpuFaultsAndStoppedRenderer_raiseOnlyTheirAlerts() throws Exception {
        detects(Fault.together(List.of(fault("gpu-xid"), fault("gpu-power-brake"), fault("renderer-gone"))));
    }

    @Test
    void slowRedis_raisesOnlyItsAlert_andEventArrivesAfterwards() throws Exception {
        detects(fault("redis-slow"));
    }

    private void detects(Fault fault) throws Exception {
        Detection detection = run.run(fault);
        assertThat(detection.skipped()).isEmpty();
        assertThat(detection.missing()).as(fault.how()).isEmpty();
        assertThat(detection.unrelated()).as(fault.how()).isEmpty();
        assertThat(detection.wholeSeconds()).as("all services available again").isPresent();
    }

    private Fault fault(String name) {
        Map<String, Fault> all = stack.faults().stream().collect(Collectors.toMap(Fault::name, Function.identity()));
        return Optional.ofNullable(all.get(name)).orElseThrow();
    }
}
