package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.config.RedisConfig;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One Redis client with few threads, shared by the links that the exporter opens to Redis. */
public final class RedisAccess implements AutoCloseable {

    /** Commands that may wait for an answer: many rounds of a scrape, little memory. */
    private static final int LARGEST_QUEUE = 256;

    private final RedisConfig config;
    private final RedisURI address;
    private final ClientResources resources;
    private final RedisClient client;
    private final List<RedisLink> links = new ArrayList<>();

    /** Opens nothing yet: each link connects when it is first used. */
    public RedisAccess(RedisConfig config) {
        this.config = config;
        address = RedisURI.create(config.url());
        address.setTimeout(config.timeout());
        // Without these two, Redis before 7.2 counts an error for every connection that names its library.
        address.setLibraryName("");
        address.setLibraryVersion("");
        resources = DefaultClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .build();
        client = new LeanRedisClient(resources, address);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .protocolVersion(ProtocolVersion.RESP2)
                .requestQueueSize(LARGEST_QUEUE)
                .socketOptions(
                        SocketOptions.builder().connectTimeout(config.timeout()).build())
                .build());
    }

    /**
     * A link of its own connection.
     *
     * @param clientName what {@code CLIENT LIST} shows
     */
    public synchronized RedisLink link(String clientName) {
        RedisURI named = RedisURI.builder(address).withClientName(clientName).build();
        named.setLibraryName("");
        named.setLibraryVersion("");
        RedisLink link = new RedisLink(client, named, config);
        links.add(link);
        return link;
    }

    @Override
    public synchronized void close() {
        links.forEach(RedisLink::close);
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        var unused = resources.shutdown(0, 1, TimeUnit.SECONDS);
    }
}
