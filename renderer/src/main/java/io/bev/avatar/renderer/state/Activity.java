package io.bev.avatar.renderer.state;

import java.util.Locale;
import java.util.Optional;

/** Activity of the avatar; lower case in documents. */
public enum Activity {
    BREACH_ANALYSIS,
    DARKNET_MONITORING,
    CRYPTO_TRACKING,
    SOCIAL_INVESTIGATION,
    THREAT_ANALYSIS,
    GRAPH_EXPLORATION,
    DATA_CORRELATION,
    VULNERABILITY_RESEARCH;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Activity> of(String label) {
        for (Activity activity : values()) {
            if (activity.label().equals(label)) {
                return Optional.of(activity);
            }
        }
        return Optional.empty();
    }
}
