package io.bev.avatar.exporter.check;

import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.text.ErrorText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs checks in parallel. A check that throws or times out is a failure and does not affect the others. */
public final class CheckRunner {

    private final Duration timeout;

    /** @param timeout for all checks together */
    public CheckRunner(Duration timeout) {
        this.timeout = timeout;
    }

    /** Results in the order of the checks. */
    public List<CheckResult> run(List<? extends Check> checks) throws InterruptedException {
        ExecutorService threads = Executors.newCachedThreadPool(DaemonThreads.factory("check"));
        try {
            long deadline = System.nanoTime() + timeout.toNanos();
            List<Future<List<CheckResult>>> running = new ArrayList<>();
            checks.forEach(check -> running.add(threads.submit(check::run)));
            List<CheckResult> results = new ArrayList<>();
            for (int i = 0; i < running.size(); i++) {
                results.addAll(await(checks.get(i), running.get(i), deadline));
            }
            return List.copyOf(results);
        } finally {
            threads.shutdownNow();
        }
    }

    private List<CheckResult> await(Check check, Future<List<CheckResult>> running, long deadline)
            throws InterruptedException {
        String expected = "a completed check";
        try {
            return running.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return List.of(CheckResult.failure(
                    check.name(),
                    "no result within " + timeout.toSeconds() + " s",
                    expected,
                    "find out why it hangs: kernel log ('dmesg') for a driver, otherwise the log of the service"));
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return List.of(CheckResult.failure(
                    check.name(), ErrorText.of(cause), expected, "fix the reported problem and run the check again"));
        }
    }
}
