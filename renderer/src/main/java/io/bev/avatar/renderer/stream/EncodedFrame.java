package io.bev.avatar.renderer.stream;

import io.netty.buffer.ByteBuf;

/**
 * One encoded frame as sent to every viewer: a 32-byte header and the image, JPEG or VP8, in one reference-counted buffer.
 * Viewers use duplicates of the buffer, never copies.
 *
 * <p>The header, big-endian:
 *
 * <pre>
 * offset size
 *      0    2  magic 0x4241 ("BA")
 *      2    1  version, 1
 *      3    1  flags: 1 video instead of a JPEG, 2 key frame; readers ignore unknown ones
 *      4    4  u32 time to render, microseconds
 *      8    8  u64 sequence number of the frame
 *     16    8  u64 sequence number of the state shown
 *     24    2  u16 width, pixels
 *     26    2  u16 height, pixels
 *     28    4  u32 publication time, Unix time in milliseconds modulo 2^32
 * </pre>
 *
 * @param message header and image
 * @param sequence number of the frame
 * @param renderedNanos ticker time at which its image was complete
 * @param flags of the header
 */
record EncodedFrame(ByteBuf message, long sequence, long renderedNanos, int flags) {

    static final int HEADER_BYTES = 32;
    static final int MAGIC = 0x4241;
    static final int VERSION = 1;
    static final int VIDEO = 1;
    static final int KEY = 2;

    static void writeHeader(
            ByteBuf out,
            int flags,
            long sequence,
            long renderNanos,
            long stateSequence,
            int width,
            int height,
            long publishedMillis) {
        out.writeShort(MAGIC);
        out.writeByte(VERSION);
        out.writeByte(flags);
        out.writeInt((int) Math.min(Math.max(renderNanos, 0) / 1000, 0xffff_ffffL));
        out.writeLong(sequence);
        out.writeLong(stateSequence);
        out.writeShort(width);
        out.writeShort(height);
        out.writeInt((int) publishedMillis);
    }

    boolean isVideo() {
        return (flags & VIDEO) != 0;
    }

    /** Whether the frame can be decoded only after the one before it. */
    boolean isDelta() {
        return isVideo() && (flags & KEY) == 0;
    }

    int bytes() {
        return message.readableBytes();
    }

    /** Header and image, retained for the caller. */
    ByteBuf retainedMessage() {
        return message.retainedDuplicate();
    }

    /** The JPEG only, retained for the caller. */
    ByteBuf retainedJpeg() {
        return message.retainedSlice(message.readerIndex() + HEADER_BYTES, bytes() - HEADER_BYTES);
    }

    void retain() {
        message.retain();
    }

    void release() {
        message.release();
    }
}
