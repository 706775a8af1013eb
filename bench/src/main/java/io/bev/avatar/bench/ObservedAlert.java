package io.bev.avatar.bench;

import java.util.Map;

/**
 * One alert, with all labels that distinguish it from others of its name.
 *
 * @param key name and severity
 * @param labels all its labels
 */
record ObservedAlert(AlertKey key, Map<String, String> labels) {

    ObservedAlert {
        labels = Map.copyOf(labels);
    }

    static ObservedAlert of(Map<String, String> labels) {
        return new ObservedAlert(
                new AlertKey(labels.getOrDefault("alertname", ""), labels.getOrDefault("severity", "")), labels);
    }
}
