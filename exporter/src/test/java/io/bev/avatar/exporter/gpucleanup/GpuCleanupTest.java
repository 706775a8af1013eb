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

/** Real processes, the simulated NVML that lists them, and a process tree that says where they belong. */
class GpuCleanupTest {

    private static final String UNIT = "bev-advanced-avatar.service";
    private static final String GROUP = "/bev.slice/bev-avatar.slice/" + UNIT;
    private static final String GENTLE = "exec sleep 600";
    private static final String STUBBORN = "trap '' TERM; echo ready; while :; do sleep 600 & wait; done";

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
        Path folder = Files.createDirectory(proc.resolve(Long.toString(process.pid())));
        Files.writeString(folder.resolve("cgroup"), "0::" + group + "\n");
        Files.writeString(folder.resolve("comm"), "java\n");
        if (!run.isEmpty()) {
            Files.writeString(folder.resolve("environ"), "PATH=/bin\0INVOCATION_ID=" + run + "\0HOME=/\0");
        }
        scenario.add("process = " + process.pid() + " C " + bytes);
        return process;
    }

    private boolean clean(String running, int graceMillis) throws Exception {
        nvml.scenario(scenario.toArray(String[]::new));
        return new GpuCleanup(nvml.loader(new NvmlCallMetrics(Ticker.system())), proc, Ticker.system())
                .run(
                        new GpuCleanup.Order(
                                UNIT, Optional.of(running).filter(id -> !id.isEmpty()), Duration.ofMillis(graceMillis)),
                        fates::add);
    }

    private String told() {
        return fates.stream().map(fate -> fate.process() + ": " + fate.text()).collect(Collectors.joining("\n"));
    }

    @Test
    void leftover_isToldToEnd() throws Exception {
        Process left = process(GENTLE, GROUP, "old", 512L << 20);

        assertThat(clean("", 60_000)).isTrue();

        assertThat(left.waitFor()).as("SIGTERM").isEqualTo(128 + 15);
        assertThat(told()).isEqualTo(left.pid() + " (java), 512 MiB: ended");
    }

    @Test
    void leftover_thatDoesNotListen_isKilled() throws Exception {
        Process left = process(STUBBORN, GROUP, "old", 1);

        assertThat(clean("", 300)).isTrue();

        assertThat(left.waitFor()).as("SIGKILL").isEqualTo(128 + 9);
        assertThat(fates).extracting(CleanupResult::outcome).containsExactly(Outcome.KILLED);
    }

    @Test
    void strangers_areNeverTouched() throws Exception {
        List<Process> strangers = List.of(
                process(GENTLE, "/system.slice/other.service", "old", 1),
                process(GENTLE, "/system.slice/not-" + UNIT, "old", 1),
                process(GENTLE, "/user.slice/user-1000.slice/user@1000.service/app.slice/" + UNIT, "old", 1),
                process(GENTLE, "/machine.slice/docker-1.scope/bev.slice/" + UNIT, "old", 1),
                process(GENTLE, "/", "old", 1));
        Process unlisted = process(GENTLE, GROUP, "old", 1);
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
    void runAtWork_isSpared() throws Exception {
        Process atWork = process(GENTLE, GROUP, "now", 1);
        Process left = process(GENTLE, GROUP, "old", 1);

        assertThat(clean("now", 60_000)).isTrue();

        assertThat(atWork.isAlive()).isTrue();
        assertThat(left.waitFor()).isEqualTo(128 + 15);
        assertThat(told()).contains(atWork.pid() + " (java), 0 MiB: belongs to the run at work");
    }

    @Test
    void processOfUnknownRun_isSparedWhileOneIsAtWork() throws Exception {
        Process unknown = process(GENTLE, GROUP, "", 1);

        assertThat(clean("now", 0)).isTrue();

        assertThat(unknown.isAlive()).isTrue();
        assertThat(told()).contains("cannot be read: left alone");
    }

    @Test
    void processOnTwoGpus_isOneOfItsWholeMemory() throws Exception {
        Process left = process(GENTLE, GROUP, "old", 512L << 20);
        scenario.add("process = " + left.pid() + " G " + (512L << 20));
        scenario.add("gpus = 2");

        assertThat(clean("", 60_000)).isTrue();

        assertThat(told()).isEqualTo(left.pid() + " (java), 1024 MiB: ended");
    }

    @Test
    void driverThatIsNotThere_endsNothing() throws Exception {
        Process left = process(GENTLE, GROUP, "old", 1);
        scenario.add("* = error DRIVER_NOT_LOADED");

        assertThatThrownBy(() -> clean("", 0)).isInstanceOf(NvmlException.class);

        assertThat(left.isAlive()).isTrue();
    }

    @Test
    void oldHierarchy_isRead() {
        assertThat(CgroupProcesses.names("12:cpu,cpuacct:/x.service\n1:name=systemd:" + GROUP + "/sub\n", UNIT))
                .isTrue();
        assertThat(CgroupProcesses.names("12:cpu,cpuacct:" + GROUP + "\n1:name=systemd:/x.service\n", UNIT))
                .isFalse();
        assertThat(CgroupProcesses.names("nonsense", UNIT)).isFalse();
    }
}
