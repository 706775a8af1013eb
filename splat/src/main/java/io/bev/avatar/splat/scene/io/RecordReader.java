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
    private final String what;
    private final InputStream in;
    private final int recordBytes;
    private final long total;
    private final ByteBuffer buffer;
    private long taken;
    private int position;
    private int limit;

    /** @param what a record's name in the plural, for messages */
    RecordReader(String source, String what, InputStream in, int recordBytes, long total, ByteOrder order) {
        this.source = source;
        this.what = what;
        this.in = in;
        this.recordBytes = recordBytes;
        this.total = total;
        int records = (int) Math.max(1, Math.min(total, BLOCK_BYTES / recordBytes));
        buffer = ByteBuffer.allocate(Math.multiplyExact(records, recordBytes)).order(order);
    }

    /** Where {@link #next} points into; absolute access only. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** Moves to the next record and answers its offset in {@link #buffer}. */
    int next() throws IOException {
        if (position == limit) {
            fill();
        }
        int at = position;
        position += recordBytes;
        taken++;
        return at;
    }

    private void fill() throws IOException {
        int wanted = (int) Math.min(buffer.capacity(), (total - taken) * recordBytes);
        int read = in.readNBytes(buffer.array(), 0, wanted);
        if (read < wanted) {
            throw truncated(source, total + " " + what, taken + read / recordBytes + " " + what);
        }
        position = 0;
        limit = read;
    }

    /** The file ends too early. */
    static AvatarFormatException truncated(String source, String expected, String found) {
        return new AvatarFormatException(
                source,
                expected,
                "the end of the file after " + found,
                "the file is cut off: copy or download it again");
    }
}
