package io.bev.avatar.exporter.recovery;

import io.bev.avatar.exporter.config.RecoveryAction;
import io.bev.avatar.exporter.config.RecoveryConfig;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a person turns recovery off: the configuration, and while it runs the key {@value #KEY} in Redis. */
final class RecoveryToggle {

    static final String KEY = "avatar:recovery:disabled";

    private static final Logger LOG = LoggerFactory.getLogger(RecoveryToggle.class);

    /** Whether the key is there. */
    @FunctionalInterface
    interface Key {
        boolean isSet() throws IOException, InterruptedException;
    }

    private final RecoveryConfig config;
    private final Key key;
    private boolean away;

    RecoveryToggle(RecoveryConfig config, Key key) {
        this.config = config;
        this.key = key;
    }

    /** Why the action may not be done, by the configuration; empty when it may. */
    Optional<String> forbids(RecoveryAction action) {
        if (!config.enabled()) {
            return Optional.of("exporter.recovery.enabled is false");
        }
        if (!config.actions().contains(action)) {
            return Optional.of("exporter.recovery.actions does not name it");
        }
        return config.controlPasswordFile().isEmpty()
                ? Optional.of("exporter.recovery.control-password-file names no file")
                : Optional.empty();
    }

    /** Whether the key is there; empty while Redis does not say. */
    Optional<Boolean> switchedOff() throws InterruptedException {
        try {
            boolean off = key.isSet();
            away = false;
            return Optional.of(off);
        } catch (IOException e) {
            if (!away) {
                LOG.warn("{} cannot be read, its last known value stands: {}", KEY, e.getMessage());
            }
            away = true;
            return Optional.empty();
        }
    }
}
