package io.bev.avatar.renderer.management.mbean;

import org.jspecify.annotations.Nullable;

/** {@code bev.avatar:type=State}. */
@Description("Where the avatar's state is kept")
public interface StateMXBean {

    @Description("Saves since start")
    @Unit(Unit.COUNT)
    long getSaves();

    @Description("Saves that Redis did not take; the journal holds those states")
    @Unit(Unit.COUNT)
    long getSaveFailures();

    @Description("When the state was last saved; null when it was not yet")
    @Unit(Unit.INSTANT)
    @Nullable
    String getLastSaveTime();

    @Description("When a saved state was last taken; null when none was")
    @Unit(Unit.INSTANT)
    @Nullable
    String getLastRestoreTime();

    @Description("States in the local journal that Redis does not have yet")
    @Unit(Unit.COUNT)
    int getJournalPending();

    @Description("Whether the local journal keeps changes; a full disk turns it off until there is room")
    @Unit(Unit.FLAG)
    boolean isJournalOn();

    @Description("Why the local journal keeps nothing; null while it does")
    @Unit(Unit.TEXT)
    @Nullable
    String getJournalFault();

    @Description("Whether Redis answers")
    @Unit(Unit.FLAG)
    boolean isRedisConnected();

    @Description("Address of Redis, and its last fault")
    @Unit(Unit.TEXT)
    String getRedisDetail();

    @Description("Saves the state now. False when only the local journal took it")
    @Unit(Unit.FLAG)
    boolean save();

    @Description("Takes the newest saved state when it is newer than the present one. False when it is not")
    @Unit(Unit.FLAG)
    boolean restore();
}
