package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.common.time.Ticker;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Queries of mounted file systems on at most {@link #MAX_THREADS} threads. One thread queries all mounts; another joins
 * each time one blocks. A mount that hangs keeps its thread, is queried again only after that returned and a growing
 * interval has passed, and does not affect mounts that respond: mounts that never responded may block
 * {@link #MAX_UNPROVEN_THREADS} threads, the rest is for the others.
 */
final class MountQueries implements AutoCloseable {

    static final int MAX_THREADS = 8;
    static final int MAX_UNPROVEN_THREADS = 5;

    /** Total timeout. A local file system responds in microseconds. */
    private static final long TIMEOUT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Time without a response after which another thread joins. */
    private static final long STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private static final long FIRST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LAST_RETRY_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final int MAX_DOUBLINGS = 5;

    private final FileSystemProbe probe;
    private final Ticker ticker;
    private final ThreadPoolExecutor threads;
    private final Set<Mount> proven = new HashSet<>();
    private final Map<Mount, Hang> hanging = new HashMap<>();
    private int unprovenRunning;

    /** Result of a query: usage, or the reason why there is none. */
    record Answer(Optional<FileSystemProbe.Usage> usage, String error) {}

    private record Hang(Query query, int count, long retryNanos) {}

    /** One query; guarded by the outer object. */
    private static final class Query {
        final Mount mount;
        final boolean unproven;
        boolean running;

        @Nullable
        Answer answer;

        Query(Mount mount, boolean unproven) {
            this.mount = mount;
            this.unproven = unproven;
        }
    }

    MountQueries(FileSystemProbe probe, Ticker ticker) {
        this.probe = probe;
        this.ticker = ticker;
        threads = new ThreadPoolExecutor(
                0,
                MAX_THREADS,
                1,
                TimeUnit.MINUTES,
                new SynchronousQueue<>(),
                DaemonThreads.factory("collector-host-mounts"));
    }

    /** Queries the mounts; returns within the timeout. */
    synchronized Map<Mount, Answer> query(List<Mount> mounts) throws InterruptedException {
        proven.retainAll(Set.copyOf(mounts));
        hanging.keySet().retainAll(Set.copyOf(mounts));
        List<Query> queries = new ArrayList<>(mounts.size());
        for (Mount mount : mounts) {
            if (!mustWait(mount)) {
                queries.add(new Query(mount, !proven.contains(mount)));
            }
        }
        queries.sort(
                Comparator.comparing((Query query) -> query.unproven).thenComparing(query -> !query.mount.local()));
        Deque<Query> waiting = new ArrayDeque<>(queries);
        try {
            await(queries, waiting);
        } finally {
            waiting.clear();
            queries.forEach(this::settle);
        }
        Map<Mount, Answer> answers = new HashMap<>();
        mounts.forEach(mount -> answers.put(mount, failure("mountpoint timeout")));
        for (Query query : queries) {
            Answer answer = query.answer;
            if (answer != null) {
                answers.put(query.mount, answer);
            } else if (!query.running) {
                answers.put(query.mount, failure("not queried: other mounts block the threads"));
            }
        }
        return answers;
    }

    private boolean mustWait(Mount mount) {
        Hang hang = hanging.get(mount);
        return hang != null && (hang.query.answer == null || ticker.nanos() - hang.retryNanos < 0);
    }

    /** Waits for the answers; another thread joins whenever none arrives for a while. */
    private void await(List<Query> queries, Deque<Query> waiting) throws InterruptedException {
        long endNanos = System.nanoTime() + TIMEOUT_NANOS;
        long lastAnswered = -1;
        long stallNanos = System.nanoTime();
        while (true) {
            long answered = answered(queries);
            long now = System.nanoTime();
            if (answered == queries.size() || now - endNanos >= 0) {
                return;
            }
            if (answered == lastAnswered ? now - stallNanos >= 0 : answered == 0) {
                boolean joined = !waiting.isEmpty() && join(waiting);
                if (!joined && queries.stream().noneMatch(query -> query.running)) {
                    return;
                }
                stallNanos = now + STALL_NANOS;
            } else if (answered != lastAnswered) {
                stallNanos = now + STALL_NANOS;
            }
            lastAnswered = answered;
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, Math.min(stallNanos, endNanos) - now));
        }
    }

    private static long answered(List<Query> queries) {
        return queries.stream().filter(query -> query.answer != null).count();
    }

    /** Starts one more thread on the waiting queries; false when all threads are blocked. */
    private boolean join(Deque<Query> waiting) {
        try {
            threads.execute(() -> work(waiting));
            return true;
        } catch (RejectedExecutionException allBlocked) {
            return false;
        }
    }

    private void work(Deque<Query> waiting) {
        for (Query query = next(waiting); query != null; query = next(waiting)) {
            Answer answer = ask(query.mount);
            synchronized (this) {
                query.running = false;
                query.answer = answer;
                unprovenRunning -= query.unproven ? 1 : 0;
                notifyAll();
            }
        }
    }

    private synchronized @Nullable Query next(Deque<Query> waiting) {
        Query query = waiting.peek();
        if (query == null || (query.unproven && unprovenRunning >= MAX_UNPROVEN_THREADS)) {
            return null;
        }
        waiting.remove();
        query.running = true;
        unprovenRunning += query.unproven ? 1 : 0;
        return query;
    }

    private Answer ask(Mount mount) {
        try {
            return new Answer(Optional.of(probe.usage(mount.path())), "");
        } catch (IOException e) {
            return failure(String.valueOf(e.getMessage()));
        } catch (RuntimeException | LinkageError e) {
            return failure("statvfs failed: " + ErrorText.of(e));
        }
    }

    private void settle(Query query) {
        if (query.answer != null) {
            proven.add(query.mount);
            hanging.remove(query.mount);
        } else if (query.running) {
            proven.remove(query.mount);
            Hang before = hanging.get(query.mount);
            int count = before == null ? 0 : before.count + 1;
            long pause = Math.min(LAST_RETRY_NANOS, FIRST_RETRY_NANOS << Math.min(count, MAX_DOUBLINGS));
            hanging.put(query.mount, new Hang(query, count, ticker.nanos() + pause));
        }
    }

    private static Answer failure(String error) {
        return new Answer(Optional.empty(), error);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
