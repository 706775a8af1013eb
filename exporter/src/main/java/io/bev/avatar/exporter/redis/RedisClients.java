package io.bev.avatar.exporter.redis;

import io.bev.avatar.common.redis.RedisAddress;
import io.bev.avatar.exporter.config.RedisConfig;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One Redis client with few threads, shared by the links that the exporter opens to Redis. */
public final class RedisClients implements AutoCloseable {

    /** Commands that may wait for an answer: many rounds of a scrape, little memory. */
    private static final int LARGEST_QUEUE = 256;

    private static final Duration QUIET = Duration.ZERO;
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final RedisConfig config;
    private final RedisAddress address;
    private final ClientResources resources;
    private final ClientOptions options;
    private final RedisClient client;
    private final List<RedisConnection> links = new ArrayList<>();
    private final List<RedisClusterClient> clusters = new ArrayList<>();

    /** Opens nothing yet: each link connects when it is first used. */
    public RedisClients(RedisConfig config) {
        this.config = config;
        address = config.address();
        resources = address.resources()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                // Names are Java's to resolve, as anywhere else; Netty's own resolver has a hundred classes.
                .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
                .build();
        options = address.secure(ClientOptions.builder()
                        .autoReconnect(false)
                        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                        .protocolVersion(ProtocolVersion.RESP2)
                        .requestQueueSize(LARGEST_QUEUE)
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
     * A link of its own connection; to a Cluster as a whole where the address names one.
     *
     * @param clientName what {@code CLIENT LIST} shows
     */
    public synchronized RedisConnection link(String clientName) {
        List<RedisURI> uris = uris(clientName);
        RedisURI first = uris.get(0);
        RedisConnection node = kept(new RedisConnection(
                () -> client.connectAsync(StringCodec.UTF8, first)
                        .toCompletableFuture()
                        .thenApply(made -> new RedisConnection.Open(made, made.async())),
                config,
                first.getDatabase(),
                null));
        return address.cluster() ? kept(cluster(uris, node)) : node;
    }

    private RedisConnection kept(RedisConnection link) {
        links.add(link);
        return link;
    }

    private RedisConnection cluster(List<RedisURI> uris, @Nullable RedisConnection node) {
        RedisClusterClient whole = RedisClusterClient.create(resources, uris);
        whole.setOptions(ClusterClientOptions.builder(options).build());
        clusters.add(whole);
        return new RedisConnection(() -> openCluster(whole), config, 0, node);
    }

    /** Asks for the Cluster's shape anew: a connection is opened because the one before failed. */
    private static CompletableFuture<RedisConnection.Open> openCluster(RedisClusterClient whole) {
        return whole.refreshPartitionsAsync()
                .toCompletableFuture()
                .thenCompose(done -> whole.connectAsync(StringCodec.UTF8))
                .thenApply(made -> new RedisConnection.Open(made, made.async()));
    }

    @Override
    public synchronized void close() {
        links.forEach(RedisConnection::close);
        clusters.forEach(cluster -> cluster.shutdown(QUIET, PATIENCE));
        client.shutdown(QUIET, PATIENCE);
        var unused = resources.shutdown(0, 1, TimeUnit.SECONDS);
    }
}
