package io.bev.avatar.renderer.stream;

import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.imageio.stream.ImageOutputStreamImpl;

/** In-memory image output stream over one reusable byte array that grows as needed. */
final class GrowingImageOutput extends ImageOutputStreamImpl {

    private byte[] bytes = new byte[64 << 10];
    private int length;

    /** Discards the content, keeps the array. */
    void rewind() {
        streamPos = 0;
        flushedPos = 0;
        bitOffset = 0;
        length = 0;
    }

    /** The bytes written since {@link #rewind}; valid until the next write. */
    ByteBuffer written() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    @Override
    public void write(int value) {
        bitOffset = 0;
        reserve(1);
        bytes[(int) streamPos++] = (byte) value;
        length = Math.max(length, (int) streamPos);
    }

    @Override
    public void write(byte[] source, int offset, int count) {
        bitOffset = 0;
        reserve(count);
        System.arraycopy(source, offset, bytes, (int) streamPos, count);
        streamPos += count;
        length = Math.max(length, (int) streamPos);
    }

    @Override
    public int read() {
        bitOffset = 0;
        return streamPos < length ? bytes[(int) streamPos++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int count) {
        bitOffset = 0;
        if (streamPos >= length) {
            return -1;
        }
        int available = (int) Math.min(count, length - streamPos);
        System.arraycopy(bytes, (int) streamPos, target, offset, available);
        streamPos += available;
        return available;
    }

    @Override
    public long length() {
        return length;
    }

    private void reserve(int count) {
        int needed = Math.addExact((int) streamPos, count);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length + (bytes.length >> 1)));
        }
    }
}
