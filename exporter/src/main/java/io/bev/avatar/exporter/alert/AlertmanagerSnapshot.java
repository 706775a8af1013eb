package io.bev.avatar.exporter.alert;

import java.util.Set;

/**
 * Snapshot of the alerts in Alertmanager, by fingerprint.
 *
 * @param all fingerprints of all alerts
 * @param muted fingerprints of silenced or inhibited alerts
 */
public record AlertmanagerSnapshot(Set<String> all, Set<String> muted) {

    public AlertmanagerSnapshot {
        all = Set.copyOf(all);
        muted = Set.copyOf(muted);
    }
}
