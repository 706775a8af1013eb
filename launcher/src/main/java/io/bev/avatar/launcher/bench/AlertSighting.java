package io.bev.avatar.launcher.bench;

import java.util.Map;

/**
 * One alert, with everything that tells it from others of its name.
 *
 * @param key name and severity
 * @param labels all its labels
 */
record AlertSighting(AlertKey key, Map<String, String> labels) {

    AlertSighting {
        labels = Map.copyOf(labels);
    }

    static AlertSighting of(Map<String, String> labels) {
        return new AlertSighting(
                new AlertKey(labels.getOrDefault("alertname", ""), labels.getOrDefault("severity", "")), labels);
    }
}
