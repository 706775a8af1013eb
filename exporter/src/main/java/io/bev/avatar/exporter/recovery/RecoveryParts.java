package io.bev.avatar.exporter.recovery;

import io.bev.avatar.exporter.alert.AlertPublisher;
import io.bev.avatar.exporter.client.HttpSource;
import io.bev.avatar.exporter.collector.redis.RedisLink;
import io.bev.avatar.exporter.collector.redis.RedisStrings;
import io.bev.avatar.exporter.config.RecoveryConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;

/** Makes {@link Recovery} of its parts. */
public final class RecoveryParts {

    private RecoveryParts() {}

    /**
     * @param ownNames values of the label {@code instance} that mean this host
     * @param folder where the state is kept
     * @param jolokia the renderer's Jolokia, with the trailing slash
     * @param redis where a person switches recovery off; empty where there is none
     */
    public static Recovery make(
            RecoveryConfig config,
            Set<String> ownNames,
            Path folder,
            URI jolokia,
            Optional<RedisLink> redis,
            HttpSource http,
            AlertPublisher publisher,
            Clock clock) {
        Optional<RedisStrings> strings = redis.map(RedisStrings::new);
        return new Recovery(
                ownNames,
                new Switches(
                        config,
                        () -> strings.isPresent()
                                && strings.get().get(Switches.KEY).isPresent()),
                new JolokiaControl(jolokia, config.controlPasswordFile().orElse(Path.of("/dev/null")), http),
                new Notebook(new MemoryFile(folder.resolve("recovery.json"))),
                new Diary(publisher),
                clock);
    }
}
