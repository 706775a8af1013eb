package io.bev.avatar.renderer.management.mbean;

import org.jspecify.annotations.Nullable;

/** {@code bev.avatar:type=State}. */
@Description("Persistence of the avatar's state")
public interface StateMXBean {

    @Description("Saves to Redis since start")
    @Unit(Unit.COUNT)
    long getSaves();

    @Description("Failed saves to Redis; those states are in the journal")
    @Unit(Unit.COUNT)
    long getSaveFailures();

    @Description("Time of the last save; null if there was none")
    @Unit(Unit.INSTANT)
    @Nullable
    String getLastSaveTime();

    @Description("Time of the last restore of a saved state; null if there was none")
    @Unit(Unit.INSTANT)
    @Nullable
    String getLastRestoreTime();

    @Description("States in the local journal that are not yet in Redis")
    @Unit(Unit.COUNT)
    int getJournalPending();

    @Description("Updates applied since the last save to Redis; 0 without Redis")
    @Unit(Unit.COUNT)
    long getUnsavedUpdates();

    @Description("Whether Redis rejects the state or a stream with an error")
    @Unit(Unit.FLAG)
    boolean isRedisRejecting();

    @Description("Whether the local journal is writable; it is off while the disk is full")
    @Unit(Unit.FLAG)
    boolean isJournalOn();

    @Description("Reason why the local journal is off; null while it is on")
    @Unit(Unit.TEXT)
    @Nullable
    String getJournalFault();

    @Description("Whether Redis is connected")
    @Unit(Unit.FLAG)
    boolean isRedisConnected();

    @Description("Address of Redis and its last error")
    @Unit(Unit.TEXT)
    String getRedisDetail();

    @Description("Saves the state now. Returns false if it was only saved in the local journal")
    @Unit(Unit.FLAG)
    boolean save();

    @Description("Restores the newest saved state if it is newer than the current one. Returns false otherwise")
    @Unit(Unit.FLAG)
    boolean restore();
}
