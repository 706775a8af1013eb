package io.bev.avatar.renderer.stream;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundInvoker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes to and closes connections without waiting for completion. */
final class NettyChannels {

    private static final Logger LOG = LoggerFactory.getLogger(NettyChannels.class);

    private NettyChannels() {}

    /** Writes without flushing; a failure is passed to the pipeline, which closes the connection. */
    static void write(ChannelOutboundInvoker connection, Object message) {
        connection.write(message).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    static void close(ChannelOutboundInvoker connection) {
        connection.close().addListener(closed -> {
            if (!closed.isSuccess()) {
                LOG.debug("connection did not close cleanly: {}", String.valueOf(closed.cause()));
            }
        });
    }
}
