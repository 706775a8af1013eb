package io.bev.avatar.renderer.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request for a single image: the next frame, or an error after a timeout. */
final class Snapshot implements Consumer<EncodedFrame> {

    private static final long TIMEOUT_MILLIS = 2000;

    private final LatestFrameHub hub;
    private final HttpExchangeContext exchange;
    private volatile @Nullable Future<?> deadline;

    private Snapshot(LatestFrameHub hub, HttpExchangeContext exchange) {
        this.hub = hub;
        this.exchange = exchange;
    }

    /** Sends the response within {@value #TIMEOUT_MILLIS} ms. */
    static void send(LatestFrameHub hub, HttpExchangeContext exchange) {
        Snapshot snapshot = new Snapshot(hub, exchange);
        if (!hub.awaitFrame(snapshot)) {
            exchange.reply(
                    Reply.error(503, "too many snapshots at once: retry later").with("Retry-After", "1"));
            return;
        }
        snapshot.deadline =
                exchange.context().executor().schedule(snapshot::onTimeout, TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void accept(EncodedFrame frame) {
        Future<?> armed = deadline;
        if (armed != null) {
            armed.cancel(false);
        }
        ByteBuf jpeg = frame.retainedJpeg();
        byte[] bytes = ByteBufUtil.getBytes(jpeg);
        jpeg.release();
        exchange.reply(new Reply(
                200, "image/jpeg", bytes, Map.of("X-Frame-Sequence", Long.toUnsignedString(frame.sequence()))));
    }

    private void onTimeout() {
        if (hub.cancelSnapshot(this)) {
            exchange.reply(Reply.error(503, "no frame was rendered within " + TIMEOUT_MILLIS + " ms: see /health")
                    .with("Retry-After", "1"));
        }
    }
}
