package io.bev.avatar.bench;

import static io.bev.avatar.bench.Fault.Delivery.AT_ONCE;
import static io.bev.avatar.bench.Fault.Delivery.INHIBITED;

import io.bev.avatar.bench.Fault.Condition;
import io.bev.avatar.bench.Fault.Expectation;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Faults of the host: disk and CPU. */
final class MachineFaults {

    private MachineFaults() {}

    /** The file system of the renderer's state is full. */
    static Fault diskFull(LoopbackDisk disk) {
        return new Fault(
                "disk-full",
                "the 32 MB file system of the renderer's state is filled",
                true,
                List.of(
                        new Expectation(new AlertKey("AvatarDiskHigh", "critical"), AT_ONCE),
                        new Expectation(new AlertKey("AvatarDiskHigh", "warning"), INHIBITED)),
                Set.of("AvatarDiskFillingUp", "AvatarStateJournalOff"),
                stack -> {
                    disk.fill();
                    return disk::empty;
                });
    }

    /** Processes wait for a core all the time. */
    static Fault cpuHog() {
        return new Fault(
                "cpu-hog",
                "two busy loops per core",
                true,
                List.of(new Expectation(
                        new AlertKey("AvatarHostCpuHigh", "warning"),
                        AT_ONCE,
                        Condition.needs(Duration.ofSeconds(34), "60 % of the rule window (56 s here) must be waited"))),
                Set.of(),
                stack -> {
                    List<Process> loops = new ArrayList<>();
                    for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                        loops.add(busyLoop());
                    }
                    return () -> {
                        for (Process loop : loops) {
                            loop.destroyForcibly().waitFor();
                        }
                    };
                });
    }

    private static Process busyLoop() throws IOException {
        return new ProcessBuilder("setpriv", "--pdeathsig", "KILL", "--", "sh", "-c", "while :; do :; done")
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
