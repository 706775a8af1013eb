package io.bev.avatar.exporter.alert;

import java.util.Set;

/**
 * What Alertmanager knows, by fingerprint.
 *
 * @param all every alert
 * @param muted those of them that are silenced or inhibited
 */
public record KnownAlerts(Set<String> all, Set<String> muted) {

    public KnownAlerts {
        all = Set.copyOf(all);
        muted = Set.copyOf(muted);
    }
}
