package io.bev.avatar.renderer.frame;

import java.util.Locale;

/** The stages of a frame, in order. */
public enum Stage {
    RIG(0),
    PROJECT(1),
    SORT(2),
    BLEND(3),
    COPY(4),
    ENCODE(5);

    private final int index;

    Stage(int index) {
        this.index = index;
    }

    /** Position in arrays that hold one entry per stage. */
    public int index() {
        return index;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
