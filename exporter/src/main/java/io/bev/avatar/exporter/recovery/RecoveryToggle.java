package io.bev.avatar.exporter.recovery;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.exporter.config.RecoveryAction;
import io.bev.avatar.exporter.config.RecoveryConfig;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Switches that disable recovery: the configuration, and at runtime the key {@code avatar:recovery:disabled} in Redis. */
final class RecoveryToggle {

    private static final Logger LOG = LoggerFactory.getLogger(RecoveryToggle.class);

    /** Reads whether the key exists. */
    @FunctionalInterface
    interface Key {
        boolean isSet() throws IOException, InterruptedException;
    }

    private final RecoveryConfig config;
    private final Key key;
    private boolean unreadable;

    RecoveryToggle(RecoveryConfig config, Key key) {
        this.config = config;
        this.key = key;
    }

    /** Reason why the configuration disables the action; empty if it is enabled. */
    Optional<String> disabledReason(RecoveryAction action) {
        if (!config.enabled()) {
            return Optional.of("exporter.recovery.enabled is false");
        }
        if (!config.actions().contains(action)) {
            return Optional.of("exporter.recovery.actions does not include this action");
        }
        return config.controlPasswordFile().isEmpty()
                ? Optional.of("exporter.recovery.control-password-file is not set")
                : Optional.empty();
    }

    /** Whether the key exists; empty if Redis is unreachable. */
    Optional<Boolean> switchedOff() throws InterruptedException {
        try {
            boolean off = key.isSet();
            unreadable = false;
            return Optional.of(off);
        } catch (IOException e) {
            if (!unreadable) {
                LOG.warn("Cannot read {}, using the last known value: {}", RedisKeys.RECOVERY_DISABLED, e.getMessage());
            }
            unreadable = true;
            return Optional.empty();
        }
    }
}
