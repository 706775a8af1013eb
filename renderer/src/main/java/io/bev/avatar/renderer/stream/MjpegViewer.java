package io.bev.avatar.renderer.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/**
 * A viewer of {@code multipart/x-mixed-replace}. The boundary is sent right after each frame, because browsers
 * display a part only when they have received its end.
 */
final class MjpegViewer extends FrameViewer {

    private static final String BOUNDARY = "bev-avatar-frame";
    static final String CONTENT_TYPE = "multipart/x-mixed-replace; boundary=" + BOUNDARY;

    private static final ByteBuf DELIMITER =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer("\r\n--" + BOUNDARY + "\r\n", StandardCharsets.US_ASCII)
                    .asReadOnly());

    MjpegViewer(LatestFrameHub hub, Channel channel, long stallNanos) {
        super(hub, channel, stallNanos, ViewerStats.Transport.MJPEG);
    }

    /** The response head. */
    static HttpResponse head() {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, CONTENT_TYPE)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        Reply.addCommonHeaders(head.headers());
        return head;
    }

    /** The boundary before the first part. */
    static ByteBuf opening() {
        return DELIMITER.duplicate();
    }

    @Override
    ChannelFuture send(ChannelHandlerContext ctx, EncodedFrame frame) {
        ByteBuf jpeg = frame.retainedJpeg();
        String part = "Content-Type: image/jpeg\r\nContent-Length: " + jpeg.readableBytes() + "\r\nX-Frame-Sequence: "
                + frame.sequence() + "\r\n\r\n";
        NettyChannels.write(ctx, new DefaultHttpContent(Unpooled.copiedBuffer(part, StandardCharsets.US_ASCII)));
        NettyChannels.write(ctx, new DefaultHttpContent(jpeg));
        return ctx.writeAndFlush(new DefaultHttpContent(DELIMITER.duplicate()));
    }

    @Override
    boolean acknowledges() {
        return false;
    }

    @Override
    void end(ChannelHandlerContext ctx, String reason) {
        NettyChannels.close(ctx);
    }
}
