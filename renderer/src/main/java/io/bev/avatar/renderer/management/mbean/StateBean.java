package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.renderer.state.StateStore;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Persistence of the state. */
record StateBean(StateStore store) implements StateMXBean {

    @Override
    public long getSaves() {
        return store.statistics().saves();
    }

    @Override
    public long getSaveFailures() {
        return store.statistics().saveFailures();
    }

    @Override
    public @Nullable String getLastSaveTime() {
        return store.statistics().lastSave().map(Instant::toString).orElse(null);
    }

    @Override
    public @Nullable String getLastRestoreTime() {
        return store.statistics().lastRestore().map(Instant::toString).orElse(null);
    }

    @Override
    public int getJournalPending() {
        return store.statistics().journalPending();
    }

    @Override
    public long getUnsavedUpdates() {
        return store.statistics().unsavedUpdates();
    }

    @Override
    public boolean isRedisRejecting() {
        return store.statistics().redisFault().isPresent();
    }

    @Override
    public boolean isJournalOn() {
        return store.journalFault().isEmpty();
    }

    @Override
    public @Nullable String getJournalFault() {
        return store.journalFault().orElse(null);
    }

    @Override
    public boolean isRedisConnected() {
        return store.statistics().redisConnected();
    }

    @Override
    public String getRedisDetail() {
        return store.statistics().redisDetail();
    }

    @Override
    public boolean save() {
        return store.save();
    }

    @Override
    public boolean restore() {
        return store.restore();
    }
}
