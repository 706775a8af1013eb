package io.bev.avatar.renderer.state;

import java.util.List;

/**
 * A firing alert of level critical.
 *
 * @param name such as {@code AvatarGpuMemoryHigh}
 * @param instance the affected host
 * @param summary one line, human-readable
 * @param description value and threshold, human-readable
 * @param since start of the alert, ISO 8601, as received
 */
public record ActiveAlert(String name, String instance, String summary, String description, String since) {

    /** Source of critical alerts. Thread-safe; never blocks. */
    public interface Source extends AutoCloseable {

        /** Firing alerts, oldest first; empty if there are none or if the last known ones are outdated. */
        List<ActiveAlert> active();

        @Override
        void close();
    }

    /** A source without alerts. */
    public static Source none() {
        return new Source() {
            @Override
            public List<ActiveAlert> active() {
                return List.of();
            }

            @Override
            public void close() {
                // nothing to release
            }
        };
    }
}
