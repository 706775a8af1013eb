package io.bev.avatar.exporter.redis;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the replies of Redis (RESP2) before Lettuce, which keeps a reply in memory until it is complete. A large text of
 * lines, such as {@code INFO} with 100,000 error types, is reduced to an {@link InfoExcerpt}; another large string becomes
 * empty; a larger reply in all closes the connection.
 */
final class BoundedReplies extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(BoundedReplies.class);

    /** Limit of a string. */
    static final int MAX_STRING = 1 << 20;

    /** Limit of a reply. */
    static final int MAX_REPLY = 8 << 20;

    private static final int MAX_LINE = 64 << 10;
    private static final int LINE_END = 2;

    private final ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    /** Elements still to come of each array that encloses the current one. */
    private final Deque<Long> arrays = new ArrayDeque<>();

    private long stringLeft;
    private boolean reducing;
    private boolean text;
    private boolean first;
    private InfoExcerpt excerpt = new InfoExcerpt();
    private boolean lineTooLong;
    private long replyBytes;
    private boolean logged;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf in)) {
            context.fireChannelRead(message);
            return;
        }
        ByteBuf out = context.alloc().buffer(Math.min(in.readableBytes(), MAX_LINE) + LINE_END);
        try {
            while (in.isReadable()) {
                if (stringLeft == 0) {
                    line(in, out);
                } else if (reducing) {
                    reduce(in, out);
                } else {
                    int count = (int) Math.min(stringLeft, in.readableBytes());
                    write(out, in, count);
                    stringLeft -= count;
                    endOfString();
                }
            }
        } catch (TooLongFrameException e) {
            out.release();
            in.release();
            context.fireExceptionCaught(e);
            var unused = context.close();
            return;
        }
        in.release();
        if (out.isReadable()) {
            context.fireChannelRead(out);
        } else {
            out.release();
        }
    }

    private void line(ByteBuf in, ByteBuf out) {
        int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
        int count = (end < 0 ? in.writerIndex() : end + 1) - in.readerIndex();
        if (line.size() + count > MAX_LINE) {
            throw new TooLongFrameException("line of a reply longer than " + MAX_LINE + " bytes");
        }
        append(in, count);
        if (end < 0) {
            return;
        }
        byte[] bytes = line.toByteArray();
        line.reset();
        char type = (char) bytes[0];
        long length = type == '$' || type == '*' ? length(bytes) : 0;
        if (type == '$' && length > MAX_STRING) {
            reducing = true;
            first = true;
            excerpt = new InfoExcerpt();
            stringLeft = length + LINE_END;
            return;
        }
        write(out, bytes);
        if (type == '$' && length >= 0) {
            stringLeft = length + LINE_END;
        } else if (type == '*' && length > 0) {
            arrays.push(length);
        } else {
            endOfElement();
        }
    }

    /** Consumes the rest of a large string, and at its end writes what is kept of it. */
    private void reduce(ByteBuf in, ByteBuf out) {
        if (first) {
            text = in.getByte(in.readerIndex()) == '#';
            first = false;
        }
        int available = (int) Math.min(stringLeft, in.readableBytes());
        int end = in.indexOf(in.readerIndex(), in.readerIndex() + available, (byte) '\n');
        int count = end < 0 ? available : end + 1 - in.readerIndex();
        stringLeft -= count;
        if (text && line.size() + count <= MAX_LINE) {
            append(in, count);
        } else {
            lineTooLong = true;
            in.skipBytes(count);
        }
        if (end >= 0 || stringLeft == 0) {
            if (lineTooLong) {
                excerpt.drop();
            } else {
                excerpt.add(line.toString(StandardCharsets.UTF_8).stripTrailing());
            }
            line.reset();
            lineTooLong = false;
        }
        if (stringLeft == 0) {
            log();
            byte[] kept = (text ? String.join("\r\n", excerpt.lines()) : "").getBytes(StandardCharsets.UTF_8);
            write(out, ("$" + kept.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            write(out, kept);
            write(out, new byte[] {'\r', '\n'});
            excerpt = new InfoExcerpt();
            reducing = false;
            endOfString();
        }
    }

    private void log() {
        if (!logged) {
            LOG.warn("Redis replied with more than {} bytes: the reply is reduced", MAX_STRING);
            logged = true;
        }
    }

    private void endOfString() {
        if (stringLeft == 0) {
            endOfElement();
        }
    }

    private void endOfElement() {
        while (!arrays.isEmpty()) {
            long left = arrays.pop() - 1;
            if (left > 0) {
                arrays.push(left);
                return;
            }
        }
        replyBytes = 0;
    }

    private static long length(byte[] line) {
        try {
            return Long.parseLong(new String(line, 1, line.length - 1, StandardCharsets.US_ASCII).strip());
        } catch (NumberFormatException e) {
            throw new TooLongFrameException("invalid length in a reply", e);
        }
    }

    private void append(ByteBuf in, int count) {
        byte[] part = new byte[count];
        in.readBytes(part);
        line.writeBytes(part);
    }

    private void write(ByteBuf out, byte[] bytes) {
        count(bytes.length);
        out.writeBytes(bytes);
    }

    private void write(ByteBuf out, ByteBuf in, int count) {
        count(count);
        out.writeBytes(in, count);
    }

    private void count(int bytes) {
        replyBytes += bytes;
        if (replyBytes > MAX_REPLY) {
            throw new TooLongFrameException("reply larger than " + MAX_REPLY + " bytes");
        }
    }
}
