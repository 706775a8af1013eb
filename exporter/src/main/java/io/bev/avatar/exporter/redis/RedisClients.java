package io.bev.avatar.exporter.redis;

import io.bev.avatar.common.redis.RedisAddress;
import io.bev.avatar.common.redis.RedisConfig;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One Redis client with few threads, shared by all Redis connections of the exporter. */
public final class RedisClients implements AutoCloseable {

    /** Limit of outstanding commands: ample for several scrapes, little memory. */
    private static final int MAX_QUEUED_COMMANDS = 256;

    static final Duration SHUTDOWN_QUIET_PERIOD = Duration.ZERO;
    static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(1);

    private final RedisConfig config;
    private final RedisAddress address;
    private final ClientResources resources;
    private final ClientOptions options;
    private final RedisClient client;
    private final List<RedisConnection> links = new ArrayList<>();
    private final List<RedisCluster> clusters = new ArrayList<>();

    /** Opens no connection: each link connects on first use. */
    public RedisClients(RedisConfig config) {
        this.config = config;
        address = config.address();
        resources = address.resources()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                // Host names are resolved by Java; Netty's own resolver loads a hundred more classes.
                .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        String commands =
                                channel.pipeline().context(CommandHandler.class).name();
                        channel.pipeline().addBefore(commands, "bounded-replies", new BoundedReplies());
                    }
                })
                .build();
        options = address.secure(ClientOptions.builder()
                        .autoReconnect(false)
                        // While Redis loads its data it replies to INFO, but not to PING.
                        .pingBeforeActivateConnection(false)
                        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                        .protocolVersion(ProtocolVersion.RESP2)
                        .requestQueueSize(MAX_QUEUED_COMMANDS)
                        .socketOptions(SocketOptions.builder()
                                .connectTimeout(config.timeout())
                                .build()))
                .build();
        RedisURI first = uris("").get(0);
        client = address.client(resources, first);
        client.setOptions(options);
    }

    private List<RedisURI> uris(String clientName) {
        return address.uris(config.timeout(), clientName);
    }

    /**
     * Creates a link with its own connection; for a Cluster address, a connection to the whole Cluster.
     *
     * @param clientName name shown by {@code CLIENT LIST}
     */
    public synchronized RedisConnection link(String clientName) {
        List<RedisURI> uris = uris(clientName);
        RedisURI first = uris.get(0);
        RedisConnection node = register(new RedisConnection(
                () -> client.connectAsync(StringCodec.UTF8, first)
                        .toCompletableFuture()
                        .thenApply(connection -> connection),
                config,
                first.getDatabase(),
                null));
        return address.cluster() ? register(cluster(uris, node)) : node;
    }

    private RedisConnection register(RedisConnection link) {
        links.add(link);
        return link;
    }

    private RedisConnection cluster(List<RedisURI> uris, @Nullable RedisConnection node) {
        RedisCluster cluster = new RedisCluster(resources, uris, options);
        clusters.add(cluster);
        return new RedisConnection(cluster::open, config, 0, node);
    }

    @Override
    public synchronized void close() {
        links.forEach(RedisConnection::close);
        clusters.forEach(RedisCluster::close);
        client.shutdown(SHUTDOWN_QUIET_PERIOD, SHUTDOWN_TIMEOUT);
        var unused = resources.shutdown(0, 1, TimeUnit.SECONDS);
    }
}
