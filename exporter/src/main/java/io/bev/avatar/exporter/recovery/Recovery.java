package io.bev.avatar.exporter.recovery;

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

/** Makes {@link RecoveryController} of its parts. */
public final class Recovery {

    private Recovery() {}

    /**
     * @param ownNames values of the label {@code instance} that mean this host
     * @param folder where the state is kept
     * @param jolokia the renderer's Jolokia, with the trailing slash
     * @param redis where a person switches recovery off; empty where there is none
     */
    public static RecoveryController make(
            RecoveryConfig config,
            Set<String> ownNames,
            Path folder,
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
                                && strings.get().get(RecoveryToggle.KEY).isPresent()),
                new JolokiaRendererClient(jolokia, config.controlPasswordFile().orElse(Path.of("/dev/null")), http),
                new RecoveryStateStore(new RecoveryStateFile(folder.resolve("recovery.json"))),
                new RecoveryReporter(publisher),
                clock);
    }
}
