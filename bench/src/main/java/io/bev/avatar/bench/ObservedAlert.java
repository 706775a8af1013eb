package io.bev.avatar.bench;

import java.util.Map;

/**
 * An alert with the labels that distinguish it from others of the same name.
 *
 * @param key name and severity
 * @param labels all labels
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
