package io.bev.avatar.common.http;

import io.bev.avatar.common.http.ConnectionTable.Phase;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * First handler of a connection: enforces the {@linkplain ConnectionLimits limits} of its listener. The handler of
 * requests reports the phases; all methods are called in the event loop.
 */
public final class ConnectionGuard extends ChannelDuplexHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionGuard.class);

    private final ConnectionTable table;
    private final ConnectionTable.Connection connection;
    private final SocketChannel channel;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean awaitsRequest;
    private boolean sending;

    private ConnectionGuard(ConnectionTable table, SocketChannel channel) {
        this.table = table;
        this.channel = channel;
        this.connection = new ConnectionTable.Connection(channel.remoteAddress().getAddress()) {
            @Override
            void close() {
                closeChannel();
            }
        };
    }

    /** Adds a guard to a new connection; closes the connection and returns null if the table rejects it. */
    public static @Nullable ConnectionGuard install(ConnectionTable table, SocketChannel channel) {
        if (channel.remoteAddress() == null) {
            return null; // disconnected in the meantime
        }
        ConnectionGuard guard = new ConnectionGuard(table, channel);
        if (!table.admit(guard.connection)) {
            guard.closeChannel();
            return null;
        }
        channel.closeFuture().addListener(closed -> {
            table.remove(guard.connection);
            guard.cancelDeadline();
        });
        channel.pipeline().addLast(guard);
        return guard;
    }

    private void closeChannel() {
        channel.close().addListener(closed -> {
            if (!closed.isSuccess()) {
                LOG.debug("connection did not close cleanly: {}", String.valueOf(closed.cause()));
            }
        });
    }

    /** Whether the connection was accepted beyond the limit and serves monitoring only. */
    public boolean isReserved() {
        return table.isReserved(connection);
    }

    /** The next request may begin. */
    public void idle() {
        awaitsRequest = true;
        sending = false;
        enter(Phase.IDLE, table.limits().idle());
    }

    /** The head is complete and the body follows. */
    public void receivingBody() {
        enter(Phase.RECEIVING, table.limits().body());
    }

    /** The request is complete. */
    public void serving() {
        cancelDeadline();
        table.enter(connection, Phase.SERVING);
    }

    /** The connection has become a stream, which limits itself. */
    public void streaming() {
        cancelDeadline();
        sending = false;
        table.enter(connection, Phase.STREAMING);
    }

    /** Counts bytes of a request body or of a response that is not yet written. */
    public void hold(long bytes) {
        table.hold(connection, bytes);
    }

    /** Counts bytes no longer held. */
    public void release(long bytes) {
        table.release(connection, bytes);
    }

    /** A response is being sent; called again after progress. */
    public void sending() {
        sending = true;
        enter(Phase.SENDING, table.limits().send());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (awaitsRequest) {
            awaitsRequest = false;
            enter(Phase.RECEIVING, table.limits().head());
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
            var unusedWrite = ctx.write(message, promise);
            return;
        }
        int length = bytes.readableBytes();
        table.hold(connection, length);
        ChannelPromise observed = promise.unvoid();
        observed.addListener(written -> {
            table.release(connection, length);
            if (sending && written.isSuccess()) {
                sending();
            }
        });
        var unusedWrite = ctx.write(message, observed);
    }

    private void enter(Phase phase, Duration timeout) {
        cancelDeadline();
        table.enter(connection, phase);
        deadline =
                channel.eventLoop().schedule(() -> table.timeOut(connection), timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void cancelDeadline() {
        ScheduledFuture<?> armed = deadline;
        if (armed != null) {
            armed.cancel(false);
            deadline = null;
        }
    }
}
