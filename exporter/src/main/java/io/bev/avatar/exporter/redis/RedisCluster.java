package io.bev.avatar.exporter.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Client of one Cluster. A class of its own: its classes of Lettuce are loaded for a Cluster's address only. */
final class RedisCluster implements AutoCloseable {

    private final RedisClusterClient client;

    RedisCluster(ClientResources resources, List<RedisURI> uris, ClientOptions options) {
        client = RedisClusterClient.create(resources, uris);
        client.setOptions(ClusterClientOptions.builder(options).build());
    }

    /** Refreshes the Cluster topology first: a connection is opened because the previous one failed. */
    CompletableFuture<StatefulConnection<String, String>> open() {
        return client.refreshPartitionsAsync()
                .toCompletableFuture()
                .thenCompose(done -> client.connectAsync(StringCodec.UTF8))
                .thenApply(connection -> connection);
    }

    @Override
    public void close() {
        client.shutdown(RedisClients.SHUTDOWN_QUIET_PERIOD, RedisClients.SHUTDOWN_TIMEOUT);
    }
}
