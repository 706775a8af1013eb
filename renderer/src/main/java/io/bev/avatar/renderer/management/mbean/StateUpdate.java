package io.bev.avatar.renderer.management.mbean;

import java.beans.ConstructorProperties;
import org.jspecify.annotations.Nullable;

/** Result of a state change, as JMX open data. */
public final class StateUpdate {

    private final long sequence;
    private final @Nullable String note;

    /**
     * @param sequence sequence number of the state
     * @param note why the change is not visible, one line; null if it is
     */
    @ConstructorProperties({"sequence", "note"})
    public StateUpdate(long sequence, @Nullable String note) {
        this.sequence = sequence;
        this.note = note;
    }

    public long getSequence() {
        return sequence;
    }

    public @Nullable String getNote() {
        return note;
    }
}
