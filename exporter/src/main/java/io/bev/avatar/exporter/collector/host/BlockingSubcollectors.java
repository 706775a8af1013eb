package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.common.concurrent.DaemonThreads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Subcollectors whose sources may block, such as devices. They share one thread: one that does not return costs its
 * successors, until it returns, and nothing else.
 */
final class BlockingSubcollectors implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BlockingSubcollectors.class);

    /** Timeout of all of them together. */
    private static final long TIMEOUT_MILLIS = 1000;

    private final String source;
    private final Map<String, HostSubcollector> parts;
    private final BiFunction<String, HostSubcollector, SubcollectorResult> runner;
    private final ExecutorService thread;
    private @Nullable Run before;

    /** One run, with the results so far. */
    static final class Run {
        private final List<SubcollectorResult> finished = new ArrayList<>();
        private @Nullable Future<?> future;

        private synchronized void add(SubcollectorResult result) {
            finished.add(result);
        }

        private synchronized List<SubcollectorResult> finished() {
            return List.copyOf(finished);
        }

        private boolean done() {
            return future == null || future.isDone();
        }
    }

    /**
     * @param source what may block, as the name of the thread and in errors, such as {@code device}
     * @param parts subcollectors by name, in order
     * @param runner runs one of them
     */
    BlockingSubcollectors(
            String source,
            Map<String, HostSubcollector> parts,
            BiFunction<String, HostSubcollector, SubcollectorResult> runner) {
        this.source = source;
        this.parts = parts;
        this.runner = runner;
        thread = Executors.newSingleThreadExecutor(
                DaemonThreads.factory("collector-host-" + source.replace(' ', '-') + "s"));
    }

    Run start() {
        Run last = before;
        if (last != null && !last.done()) {
            // The thread is still blocked: this collection has no results of it.
            return new Run();
        }
        Run run = new Run();
        run.future = thread.submit(() -> parts.forEach((name, part) -> run.add(runner.apply(name, part))));
        before = run;
        return run;
    }

    /** Results of all subcollectors; one that did not finish has failed. */
    List<SubcollectorResult> await(Run run) {
        Future<?> future = run.future;
        try {
            if (future != null) {
                future.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("Subcollectors of {}s did not finish", source, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<SubcollectorResult> results = new ArrayList<>(run.finished());
        Set<String> finished = results.stream().map(SubcollectorResult::name).collect(Collectors.toSet());
        for (String name : parts.keySet()) {
            if (!finished.contains(name)) {
                IOException late = new IOException("no response: a " + source + " blocks the thread that reads them");
                results.add(SubcollectorResult.late(name, TIMEOUT_MILLIS / 1e3, late));
            }
        }
        return results;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
