package io.bev.avatar.exporter.systemd;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.messages.Message;
import org.freedesktop.dbus.messages.MessageFactory;
import org.freedesktop.dbus.messages.MethodReturn;
import org.freedesktop.dbus.spi.message.IMessageReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads D-Bus messages of at most {@link #MAX_BODY_BYTES}. A larger one is skipped without being stored; if it is a reply,
 * an error takes its place, so that its call fails with the reason and the connection stays usable. dbus-java itself would
 * allocate whatever size the sender announces, up to 2 GiB (message format: D-Bus Specification, "Message Protocol").
 */
final class BoundedMessageReader implements IMessageReader {

    /** About 8,000 units: systemd's list has 250 bytes for each. */
    static final int MAX_BODY_BYTES = 2 << 20;

    private static final int MAX_HEADER_BYTES = 64 << 10;

    /** The constant part of a header: endianness, type, flags, version, length of the body and serial. */
    private static final int FIXED_BYTES = 12;

    private static final int LENGTH_OF_BODY = 4;
    private static final int ALIGNMENT = 8;
    private static final int DISCARD_BYTES = 8192;

    private final SocketChannel channel;

    /** @param channel in blocking mode */
    BoundedMessageReader(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public @Nullable Message readMessage() throws IOException, DBusException {
        byte[] fixed = new byte[FIXED_BYTES];
        fill(fixed, 0, FIXED_BYTES);
        // As dbus-java expects it: the length of the fields, padded to 8 bytes, and the fields.
        byte[] lengthOfFields = new byte[Integer.BYTES];
        fill(lengthOfFields, 0, Integer.BYTES);
        ByteOrder order = fixed[0] == 'l' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        long fieldBytes = unsigned(lengthOfFields, 0, order);
        long bodyBytes = unsigned(fixed, LENGTH_OF_BODY, order);
        if (fieldBytes > MAX_HEADER_BYTES) {
            throw new IOException(
                    "D-Bus message with a header of " + fieldBytes + " bytes, the limit is " + MAX_HEADER_BYTES);
        }
        int paddedBytes = (int) (fieldBytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] header = new byte[ALIGNMENT + paddedBytes];
        System.arraycopy(lengthOfFields, 0, header, 0, Integer.BYTES);
        fill(header, ALIGNMENT, paddedBytes);
        if (bodyBytes > MAX_BODY_BYTES) {
            discard(bodyBytes);
            return tooLarge(MessageFactory.createMessage(fixed[1], fixed, header, new byte[0], List.of()), bodyBytes);
        }
        byte[] body = new byte[(int) bodyBytes];
        fill(body, 0, body.length);
        return MessageFactory.createMessage(fixed[1], fixed, header, body, List.of());
    }

    /** An error in place of a reply; null for any other message, which dbus-java ignores. */
    private static @Nullable Message tooLarge(Message message, long bodyBytes) throws DBusException {
        return message instanceof MethodReturn reply
                ? new MessageFactory(reply.getEndianess())
                        .createError(
                                reply.getSource(),
                                reply.getDestination(),
                                "org.freedesktop.DBus.Error.LimitsExceeded",
                                reply.getReplySerial(),
                                "s",
                                "the reply has " + bodyBytes + " bytes, the limit is " + MAX_BODY_BYTES)
                : null;
    }

    private static long unsigned(byte[] bytes, int offset, ByteOrder order) {
        return Integer.toUnsignedLong(ByteBuffer.wrap(bytes).order(order).getInt(offset));
    }

    private void fill(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer target = ByteBuffer.wrap(bytes, offset, length);
        while (target.hasRemaining()) {
            if (channel.read(target) < 0) {
                throw new EOFException("D-Bus closed the connection");
            }
        }
    }

    private void discard(long count) throws IOException {
        byte[] some = new byte[DISCARD_BYTES];
        for (long left = count; left > 0; left -= Math.min(left, some.length)) {
            fill(some, 0, (int) Math.min(left, some.length));
        }
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
