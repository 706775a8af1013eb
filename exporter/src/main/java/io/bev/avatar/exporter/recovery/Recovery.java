package io.bev.avatar.exporter.recovery;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.exporter.alert.AlertPublisher;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.config.RecoveryConfig;
import io.bev.avatar.exporter.redis.RedisConnection;
import io.bev.avatar.exporter.redis.RedisKeyValues;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;

/** Factory of {@link RecoveryController}. */
public final class Recovery {

    private Recovery() {}

    /**
     * @param ownNames values of the label {@code instance} that mean this host
     * @param directory state directory
     * @param jolokia URL of the renderer's Jolokia, with a trailing slash
     * @param redis connection for the key that disables recovery; empty if Redis is disabled
     */
    public static RecoveryController create(
            RecoveryConfig config,
            Set<String> ownNames,
            Path directory,
            URI jolokia,
            Optional<RedisConnection> redis,
            BoundedHttpClient http,
            AlertPublisher publisher,
            Clock clock) {
        Optional<RedisKeyValues> strings = redis.map(RedisKeyValues::new);
        return new RecoveryController(
                ownNames,
                new RecoveryToggle(
                        config,
                        () -> strings.isPresent()
                                && strings.get()
                                        .get(RedisKeys.RECOVERY_DISABLED)
                                        .isPresent()),
                new JolokiaRendererClient(jolokia, config.controlPasswordFile().orElse(Path.of("/dev/null")), http),
                new RecoveryStateStore(new RecoveryStateFile(directory.resolve("recovery.json"))),
                new RecoveryReporter(publisher),
                clock);
    }
}
