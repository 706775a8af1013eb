package io.bev.avatar.exporter.gpucleanup;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.gpucleanup.CleanupResult.Outcome;
import io.bev.avatar.exporter.nvml.NvmlException;
import io.bev.avatar.exporter.nvml.NvmlLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Ends processes of an earlier run of a unit that still hold GPU memory: SIGTERM, and after a while SIGKILL. A process is one of
 * these when NVML lists it, its control group is the unit's, and it was not started by the run at work. No other is touched.
 */
public final class GpuCleanup {

    private static final long LOOK_MILLIS = 20;

    private final GpuProcesses holders;
    private final CgroupProcesses processes;
    private final Ticker ticker;

    /** @param proc the kernel's process tree, {@code /proc} */
    public GpuCleanup(NvmlLoader loader, Path proc, Ticker ticker) {
        this.holders = new GpuProcesses(loader);
        this.processes = new CgroupProcesses(proc);
        this.ticker = ticker;
    }

    /**
     * Whose processes, and how patiently.
     *
     * @param unit such as {@code bev-advanced-avatar.service}
     * @param running systemd's id of the run at work, whose processes are spared; empty when none is
     * @param grace from SIGTERM to SIGKILL, and again until a killed process is given up
     */
    public record Order(String unit, Optional<String> running, Duration grace) {}

    /**
     * Does it, telling of each process.
     *
     * @return whether nothing of an earlier run is left
     * @throws NvmlException when GPUs cannot be asked; nothing was ended then
     */
    public boolean run(Order order, Consumer<CleanupResult> report) throws NvmlException, InterruptedException {
        List<CleanupCandidate> leftovers = new ArrayList<>();
        for (CleanupCandidate holder : ofUnit(order.unit())) {
            Optional<String> spared = whySpared(holder, order.running());
            if (spared.isPresent()) {
                report.accept(new CleanupResult(holder.text(), Outcome.SPARED, spared.get()));
            } else {
                leftovers.add(holder);
            }
        }
        leftovers.forEach(holder -> holder.process().destroy());
        List<CleanupCandidate> stubborn = awaitEnd(leftovers, order.grace());
        stubborn.forEach(holder -> holder.process().destroyForcibly());
        List<CleanupCandidate> remaining = awaitEnd(stubborn, order.grace());
        for (CleanupCandidate holder : leftovers) {
            report.accept(fate(holder, stubborn.contains(holder), remaining.contains(holder)));
        }
        return remaining.isEmpty();
    }

    private List<CleanupCandidate> ofUnit(String unit) throws NvmlException {
        List<CleanupCandidate> found = new ArrayList<>();
        holders.read().forEach((pid, bytes) -> {
            // The handle first: should the number pass to another process meanwhile, the handle is dead.
            Optional<ProcessHandle> handle = ProcessHandle.of(pid);
            if (handle.isPresent() && !own(handle.get()) && processes.belongs(pid, unit)) {
                found.add(new CleanupCandidate(handle.get(), processes.name(pid), bytes));
            }
        });
        return found;
    }

    private static boolean own(ProcessHandle process) {
        return process.equals(ProcessHandle.current());
    }

    private Optional<String> whySpared(CleanupCandidate holder, Optional<String> running) {
        if (running.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> run = processes.run(holder.pid());
        if (run.isEmpty()) {
            return Optional.of("which run started it cannot be read: left alone; root can");
        }
        return run.equals(running) ? Optional.of("belongs to the run at work") : Optional.empty();
    }

    private List<CleanupCandidate> awaitEnd(List<CleanupCandidate> asked, Duration patience)
            throws InterruptedException {
        long start = ticker.nanos();
        List<CleanupCandidate> left = alive(asked);
        while (!left.isEmpty() && ticker.nanos() - start < patience.toNanos()) {
            Thread.sleep(LOOK_MILLIS);
            left = alive(left);
        }
        return left;
    }

    private static List<CleanupCandidate> alive(List<CleanupCandidate> holders) {
        return holders.stream().filter(holder -> holder.process().isAlive()).toList();
    }

    private static CleanupResult fate(CleanupCandidate holder, boolean stubborn, boolean remains) {
        if (remains) {
            return new CleanupResult(
                    holder.text(),
                    Outcome.REMAINS,
                    "still there after SIGKILL: another user's (root can end it), or caught in the driver (see 'dmesg';"
                            + " a GPU reset or a restart of the machine frees it)");
        }
        return stubborn
                ? new CleanupResult(holder.text(), Outcome.KILLED, "killed: it did not end on SIGTERM")
                : new CleanupResult(holder.text(), Outcome.ENDED, "ended");
    }
}
