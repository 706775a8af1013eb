package io.bev.avatar.common.redis;

import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionEvents;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.SocketAddress;
import reactor.core.publisher.Mono;

/**
 * A client over Java's own Unix sockets. Lettuce's need Netty's native transport, a library to unpack and load, which a hardened
 * unit may not do.
 */
final class UnixSocketRedisClient extends AsyncOnlyRedisClient {

    UnixSocketRedisClient(ClientResources resources, RedisURI uri) {
        super(resources, uri);
    }

    @Override
    protected void connectionBuilder(
            Mono<SocketAddress> address, ConnectionBuilder builder, ConnectionEvents events, RedisURI uri) {
        super.connectionBuilder(address, builder, events, uri);
        // A bootstrap's channel type cannot be changed once set, and TCP's options have no meaning here.
        int connectMillis = Math.toIntExact(
                getOptions().getSocketOptions().getConnectTimeout().toMillis());
        builder.bootstrap(new Bootstrap()
                .option(ChannelOption.ALLOCATOR, ByteBufAllocator.DEFAULT)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                .channel(NioDomainSocketChannel.class)
                .group(builder.bootstrap().config().group()));
    }
}
