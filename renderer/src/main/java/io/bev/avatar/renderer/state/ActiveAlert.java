package io.bev.avatar.renderer.state;

import java.util.List;

/**
 * A firing alert.
 *
 * @param id Alertmanager's fingerprint
 * @param critical whether its level is critical; otherwise it is a warning
 * @param name such as {@code AvatarGpuMemoryHigh}
 * @param instance the affected host
 * @param summary one line, human-readable
 * @param description value, threshold and impact, human-readable
 * @param since start of the alert, ISO 8601, as received
 * @param runbook address of its runbook; empty if it has none
 * @param dashboard address of its dashboard; empty if it has none
 */
public record ActiveAlert(
        String id,
        boolean critical,
        String name,
        String instance,
        String summary,
        String description,
        String since,
        String runbook,
        String dashboard) {

    /** Source of alerts. Thread-safe; never blocks. */
    public interface Source extends AutoCloseable {

        /** Firing critical alerts, oldest first; empty if there are none or if they are not known. */
        List<ActiveAlert> active();

        /** Firing warnings, oldest first; empty if there are none or if they are not known. */
        List<ActiveAlert> warnings();

        /** Whether the alerts are known: they were read, and not too long ago. */
        boolean isKnown();

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
            public List<ActiveAlert> warnings() {
                return List.of();
            }

            @Override
            public boolean isKnown() {
                return false;
            }

            @Override
            public void close() {
                // nothing to release
            }
        };
    }
}
