package io.bev.avatar.exporter.gpucleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.gpu.NvmlCallMetrics;
import io.bev.avatar.exporter.gpucleanup.CleanupResult.Outcome;
import io.bev.avatar.exporter.nvml.NvmlException;
import io.bev.avatar.exporter.nvml.SimulatedNvml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests real processes with a simulated NVML that lists them and a fake procfs with their control groups. */
class GpuCleanupTest {

    private static final String UNIT = "bev-advanced-avatar.service";
    private static final String GROUP = "/bev.slice/bev-avatar.slice/" + UNIT;
    private static final String EXITS_ON_SIGTERM = "exec sleep 600";
    private static final String IGNORES_SIGTERM = "trap '' TERM; echo ready; while :; do sleep 600 & wait; done";

    @TempDir
    static Path shared;

    @TempDir
    Path proc;

    private final List<Process> started = new ArrayList<>();
    private final List<String> scenario = new ArrayList<>();
    private final List<CleanupResult> fates = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // see build
    private SimulatedNvml nvml;

    @BeforeEach
    void build() throws Exception {
        nvml = SimulatedNvml.build(shared);
    }

    @AfterEach
    void end() throws Exception {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    private Process process(String script, String group, String run, long bytes) throws IOException {
        Process process = new ProcessBuilder("sh", "-c", script).start();
        started.add(process);
        if (script.contains("ready")) {
            assertThat(process.inputReader().readLine()).isEqualTo("ready");
        }
        Path directory = Files.createDirectory(proc.resolve(Long.toString(process.pid())));
        Files.writeString(directory.resolve("cgroup"), "0::" + group + "\n");
        Files.writeString(directory.resolve("comm"), "java\n");
        if (!run.isEmpty()) {
            Files.writeString(directory.resolve("environ"), "PATH=/bin\0INVOCATION_ID=" + run + "\0HOME=/\0");
        }
        scenario.add("process = " + process.pid() + " C " + bytes);
        return process;
    }

    private boolean clean(String running, int graceMillis) throws Exception {
        nvml.scenario(scenario.toArray(String[]::new));
        return new GpuCleanup(nvml.loader(new NvmlCallMetrics(Ticker.system())), proc, Ticker.system())
                .run(
                        new GpuCleanup.Request(
                                UNIT, Optional.of(running).filter(id -> !id.isEmpty()), Duration.ofMillis(graceMillis)),
                        fates::add);
    }

    private String reported() {
        return fates.stream().map(fate -> fate.process() + ": " + fate.text()).collect(Collectors.joining("\n"));
    }

    @Test
    void leftover_isTerminated() throws Exception {
        Process leftover = process(EXITS_ON_SIGTERM, GROUP, "old", 512L << 20);

        assertThat(clean("", 60_000)).isTrue();

        assertThat(leftover.waitFor()).as("SIGTERM").isEqualTo(128 + 15);
        assertThat(reported()).isEqualTo(leftover.pid() + " (java), 512 MiB: terminated");
    }

    @Test
    void failingGpu_isReported_andDoesNotStopTheCleanup() throws Exception {
        scenario.add("gpus = 2");
        scenario.add("gpu0.nvmlDevice* = error GPU_IS_LOST");
        Process leftover = process(EXITS_ON_SIGTERM, GROUP, "old", 512L << 20);
        scenario.add("gpu1.process = " + leftover.pid() + " C 1");

        assertThat(clean("", 60_000)).as("complete").isFalse();

        assertThat(leftover.waitFor()).as("SIGTERM").isEqualTo(128 + 15);
        assertThat(fates).extracting(CleanupResult::outcome).containsExactly(Outcome.UNREADABLE, Outcome.ENDED);
        assertThat(reported())
                .contains("GPU 0: its processes cannot be listed: ")
                .contains("GPU_IS_LOST");
    }

    @Test
    void leftover_ignoringSigterm_isKilled() throws Exception {
        Process leftover = process(IGNORES_SIGTERM, GROUP, "old", 1);

        assertThat(clean("", 300)).isTrue();

        assertThat(leftover.waitFor()).as("SIGKILL").isEqualTo(128 + 9);
        assertThat(fates).extracting(CleanupResult::outcome).containsExactly(Outcome.KILLED);
    }

    @Test
    void otherProcesses_areNeverTouched() throws Exception {
        List<Process> strangers = List.of(
                process(EXITS_ON_SIGTERM, "/system.slice/other.service", "old", 1),
                process(EXITS_ON_SIGTERM, "/system.slice/not-" + UNIT, "old", 1),
                process(EXITS_ON_SIGTERM, "/user.slice/user-1000.slice/user@1000.service/app.slice/" + UNIT, "old", 1),
                process(EXITS_ON_SIGTERM, "/machine.slice/docker-1.scope/bev.slice/" + UNIT, "old", 1),
                process(EXITS_ON_SIGTERM, "/", "old", 1));
        Process unlisted = process(EXITS_ON_SIGTERM, GROUP, "old", 1);
        scenario.remove(scenario.size() - 1);
        Process gone = process("exit 0", GROUP, "old", 1);
        gone.waitFor();
        scenario.add("process = " + ProcessHandle.current().pid() + " C 1");
        Path own = Files.createDirectory(
                proc.resolve(Long.toString(ProcessHandle.current().pid())));
        Files.writeString(own.resolve("cgroup"), "0::" + GROUP + "\n");

        assertThat(clean("", 0)).isTrue();

        assertThat(fates).isEmpty();
        assertThat(strangers).allMatch(Process::isAlive);
        assertThat(unlisted.isAlive()).isTrue();
    }

    @Test
    void currentRun_isSkipped() throws Exception {
        Process current = process(EXITS_ON_SIGTERM, GROUP, "now", 1);
        Process leftover = process(EXITS_ON_SIGTERM, GROUP, "old", 1);

        assertThat(clean("now", 60_000)).isTrue();

        assertThat(current.isAlive()).isTrue();
        assertThat(leftover.waitFor()).isEqualTo(128 + 15);
        assertThat(reported()).contains(current.pid() + " (java), 0 MiB: belongs to the current run");
    }

    @Test
    void processOfUnknownRun_isSkippedDuringARun() throws Exception {
        Process unknown = process(EXITS_ON_SIGTERM, GROUP, "", 1);

        assertThat(clean("now", 0)).isTrue();

        assertThat(unknown.isAlive()).isTrue();
        assertThat(reported()).contains("skipped: its InvocationID cannot be read");
    }

    @Test
    void processOnTwoGpus_isReportedOnceWithItsTotalMemory() throws Exception {
        Process leftover = process(EXITS_ON_SIGTERM, GROUP, "old", 512L << 20);
        scenario.add("process = " + leftover.pid() + " G " + (512L << 20));
        scenario.add("gpus = 2");

        assertThat(clean("", 60_000)).isTrue();

        assertThat(reported()).isEqualTo(leftover.pid() + " (java), 1024 MiB: terminated");
    }

    @Test
    void missingDriver_terminatesNothing() throws Exception {
        Process leftover = process(EXITS_ON_SIGTERM, GROUP, "old", 1);
        scenario.add("* = error DRIVER_NOT_LOADED");

        assertThatThrownBy(() -> clean("", 0)).isInstanceOf(NvmlException.class);

        assertThat(leftover.isAlive()).isTrue();
    }

    @Test
    void cgroupV1_isParsed() {
        assertThat(CgroupProcesses.names("12:cpu,cpuacct:/x.service\n1:name=systemd:" + GROUP + "/sub\n", UNIT))
                .isTrue();
        assertThat(CgroupProcesses.names("12:cpu,cpuacct:" + GROUP + "\n1:name=systemd:/x.service\n", UNIT))
                .isFalse();
        assertThat(CgroupProcesses.names("nonsense", UNIT)).isFalse();
    }
}
