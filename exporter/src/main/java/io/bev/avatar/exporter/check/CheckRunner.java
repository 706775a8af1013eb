package io.bev.avatar.exporter.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs checks side by side; one that throws or hangs is a failure and keeps no other from its result. */
public final class CheckRunner {

    private final Duration patience;

    /** @param patience for all checks together */
    public CheckRunner(Duration patience) {
        this.patience = patience;
    }

    /** The results in the order of the checks. */
    public List<CheckResult> run(List<? extends Check> checks) throws InterruptedException {
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "check");
            thread.setDaemon(true);
            return thread;
        });
        try {
            long deadline = System.nanoTime() + patience.toNanos();
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
        String expected = "a check that ends";
        try {
            return running.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return List.of(CheckResult.failure(
                    check.name(),
                    "no answer within " + patience.toSeconds() + " s",
                    expected,
                    "see why it hangs: the kernel log ('dmesg') for a driver, the service's log otherwise"));
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            return List.of(CheckResult.failure(check.name(), why, expected, "mend what it names, then check again"));
        }
    }
}
