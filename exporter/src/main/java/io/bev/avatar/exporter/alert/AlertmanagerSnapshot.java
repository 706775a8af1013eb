package io.bev.avatar.exporter.alert;

import java.util.Set;

/**
 * What Alertmanager knows, by fingerprint.
 *
 * @param all every alert
 * @param muted those of them that are silenced or inhibited
 */
public record AlertmanagerSnapshot(Set<String> all, Set<String> muted) {

    public AlertmanagerSnapshot {
        all = Set.copyOf(all);
        muted = Set.copyOf(muted);
    }
}
