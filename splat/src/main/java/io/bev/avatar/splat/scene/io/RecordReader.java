package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.AvatarFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads a known number of records of equal size, a block at a time, without reading past the last one. */
final class RecordReader {

    private static final int BLOCK_BYTES = 1 << 18;

    private final String source;
    private final String plural;
    private final InputStream in;
    private final int recordBytes;
    private final long total;
    private final ByteBuffer buffer;
    private long consumed;
    private int position;
    private int limit;

    /** @param plural plural name of a record, for messages */
    RecordReader(String source, String plural, InputStream in, int recordBytes, long total, ByteOrder order) {
        this.source = source;
        this.plural = plural;
        this.in = in;
        this.recordBytes = recordBytes;
        this.total = total;
        int records = (int) Math.max(1, Math.min(total, BLOCK_BYTES / recordBytes));
        buffer = ByteBuffer.allocate(Math.multiplyExact(records, recordBytes)).order(order);
    }

    /** The buffer that {@link #next} returns offsets of; absolute access only. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** Moves to the next record and returns its offset in {@link #buffer}. */
    int next() throws IOException {
        if (position == limit) {
            fill();
        }
        int at = position;
        position += recordBytes;
        consumed++;
        return at;
    }

    private void fill() throws IOException {
        int wanted = (int) Math.min(buffer.capacity(), (total - consumed) * recordBytes);
        int read = in.readNBytes(buffer.array(), 0, wanted);
        if (read < wanted) {
            throw truncated(source, total + " " + plural, consumed + read / recordBytes + " " + plural);
        }
        position = 0;
        limit = read;
    }

    /** The error for a file that ends too early. */
    static AvatarFormatException truncated(String source, String expected, String found) {
        return new AvatarFormatException(
                source,
                expected,
                "the end of the file after " + found,
                "the file is truncated: copy or download it again");
    }
}
