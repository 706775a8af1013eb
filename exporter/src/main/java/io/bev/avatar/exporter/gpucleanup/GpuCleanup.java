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
 * Terminates processes of earlier runs of a unit that still hold GPU memory: SIGTERM, then SIGKILL after a grace
 * period. Only processes are terminated that NVML lists, that are in the control group of the unit, and that do not
 * belong to the current run.
 */
public final class GpuCleanup {

    private static final long POLL_MILLIS = 20;

    private final GpuProcesses gpuProcesses;
    private final CgroupProcesses processes;
    private final Ticker ticker;

    /** @param proc the kernel's process tree, {@code /proc} */
    public GpuCleanup(NvmlLoader loader, Path proc, Ticker ticker) {
        this.gpuProcesses = new GpuProcesses(loader);
        this.processes = new CgroupProcesses(proc);
        this.ticker = ticker;
    }

    /**
     * Parameters of a cleanup.
     *
     * @param unit such as {@code bev-advanced-avatar.service}
     * @param running InvocationID of the current run, whose processes are skipped; empty if none
     * @param grace time from SIGTERM to SIGKILL, and from SIGKILL until a process is reported as remaining
     */
    public record Request(String unit, Optional<String> running, Duration grace) {}

    /**
     * Runs the cleanup and reports every process, and every GPU whose processes cannot be listed.
     *
     * @return whether no leftover process remains and all GPUs responded
     * @throws NvmlException if NVML is unavailable; no process was terminated then
     */
    public boolean run(Request request, Consumer<CleanupResult> report) throws NvmlException, InterruptedException {
        List<CleanupCandidate> leftovers = new ArrayList<>();
        GpuProcesses.Listing listing = gpuProcesses.read();
        listing.failed()
                .forEach((gpu, why) -> report.accept(
                        new CleanupResult(gpu, Outcome.UNREADABLE, "its processes cannot be listed: " + why)));
        for (CleanupCandidate gpuProcess : ofUnit(request.unit(), listing)) {
            Optional<String> skipped = skipReason(gpuProcess, request.running());
            if (skipped.isPresent()) {
                report.accept(new CleanupResult(gpuProcess.text(), Outcome.SKIPPED, skipped.get()));
            } else {
                leftovers.add(gpuProcess);
            }
        }
        leftovers.forEach(gpuProcess -> gpuProcess.process().destroy());
        List<CleanupCandidate> killed = awaitEnd(leftovers, request.grace());
        killed.forEach(gpuProcess -> gpuProcess.process().destroyForcibly());
        List<CleanupCandidate> remaining = awaitEnd(killed, request.grace());
        for (CleanupCandidate gpuProcess : leftovers) {
            report.accept(result(gpuProcess, killed.contains(gpuProcess), remaining.contains(gpuProcess)));
        }
        return remaining.isEmpty() && listing.failed().isEmpty();
    }

    private List<CleanupCandidate> ofUnit(String unit, GpuProcesses.Listing listing) {
        List<CleanupCandidate> found = new ArrayList<>();
        listing.bytes().forEach((pid, bytes) -> {
            // Obtain the handle first: if the PID is reused meanwhile, the handle refers to the dead process.
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

    private Optional<String> skipReason(CleanupCandidate gpuProcess, Optional<String> running) {
        if (running.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> run = processes.invocationId(gpuProcess.pid());
        if (run.isEmpty()) {
            return Optional.of("skipped: its InvocationID cannot be read; run as root");
        }
        return run.equals(running) ? Optional.of("belongs to the current run") : Optional.empty();
    }

    private List<CleanupCandidate> awaitEnd(List<CleanupCandidate> asked, Duration timeout)
            throws InterruptedException {
        long start = ticker.nanos();
        List<CleanupCandidate> left = alive(asked);
        while (!left.isEmpty() && ticker.nanos() - start < timeout.toNanos()) {
            Thread.sleep(POLL_MILLIS);
            left = alive(left);
        }
        return left;
    }

    private static List<CleanupCandidate> alive(List<CleanupCandidate> gpuProcesses) {
        return gpuProcesses.stream()
                .filter(gpuProcess -> gpuProcess.process().isAlive())
                .toList();
    }

    private static CleanupResult result(CleanupCandidate gpuProcess, boolean killed, boolean remains) {
        if (remains) {
            return new CleanupResult(
                    gpuProcess.text(),
                    Outcome.REMAINS,
                    "still running after SIGKILL: owned by another user (run as root) or blocked in the driver (see"
                            + " 'dmesg'; reset the GPU or reboot)");
        }
        return killed
                ? new CleanupResult(gpuProcess.text(), Outcome.KILLED, "killed: it did not exit after SIGTERM")
                : new CleanupResult(gpuProcess.text(), Outcome.ENDED, "terminated");
    }
}
