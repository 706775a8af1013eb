package io.bev.avatar.renderer.state;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counters of updates and saves since start. Thread-safe. */
final class UpdateCounters {

    private final Map<RejectionReason, Long> rejected = new EnumMap<>(RejectionReason.class);
    private long saves;
    private long saveFailures;
    private @Nullable Instant lastSave;
    private @Nullable Instant lastRestore;

    UpdateCounters() {
        // A counter that first appears as 1 shows no increase, so reasons used by alerts start at 0.
        rejected.put(RejectionReason.OVERLOADED, 0L);
        rejected.put(RejectionReason.NOT_DURABLE, 0L);
    }

    synchronized void rejected(RejectionReason reason) {
        rejected.merge(reason, 1L, Long::sum);
    }

    synchronized void saved(Instant now) {
        saves++;
        lastSave = now;
    }

    synchronized void saveFailed() {
        saveFailures++;
    }

    synchronized void restored(Instant now) {
        lastRestore = now;
    }

    synchronized StateStore.Statistics statistics(
            int journalPending,
            long unsavedUpdates,
            Optional<String> redisFault,
            boolean redisConnected,
            String redisDetail) {
        Map<String, Long> byReason = new TreeMap<>();
        rejected.forEach((reason, count) -> byReason.put(reason.label(), count));
        return new StateStore.Statistics(
                saves,
                saveFailures,
                Optional.ofNullable(lastSave),
                Optional.ofNullable(lastRestore),
                journalPending,
                unsavedUpdates,
                redisFault,
                redisConnected,
                redisDetail,
                byReason);
    }
}
