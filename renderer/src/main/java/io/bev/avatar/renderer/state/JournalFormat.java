package io.bev.avatar.renderer.state;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Binary format of the journal, a sequence of records:
 *
 * <pre>
 * int   length   of the payload, 1..64 KiB
 * int   crc      CRC32C over all that follows
 * long  seq      the state's sequence number
 * long  saved    highest sequence number that was known to be saved elsewhere
 * byte  payload[length]
 * </pre>
 *
 * All values are big-endian.
 */
final class JournalFormat {

    static final int HEADER_BYTES = 24;
    private static final int MAX_PAYLOAD = StateDocument.MAX_BYTES;

    private JournalFormat() {}

    /** One record. */
    record Entry(long seq, long saved, byte[] payload) {}

    /**
     * What a file holds.
     *
     * @param entries the whole records, in order
     * @param goodBytes length of the file up to the end of the last whole record
     * @param damagedBytes bytes between or after whole records that belong to none
     * @param tornTail whether all of them are at the end and are what a crash leaves: one incomplete record, or zeros
     */
    record Contents(List<Entry> entries, int goodBytes, int damagedBytes, boolean tornTail) {}

    static ByteBuffer encode(Entry entry) {
        int length = entry.payload().length;
        if (length < 1 || length > MAX_PAYLOAD) {
            throw new IllegalArgumentException(
                    "journal record: found " + length + " bytes, expected 1.." + MAX_PAYLOAD);
        }
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + length);
        bytes.putInt(length)
                .putInt(0)
                .putLong(entry.seq())
                .putLong(entry.saved())
                .put(entry.payload());
        bytes.putInt(4, crc(bytes, 0, length));
        return bytes.flip();
    }

    /** Reads every whole record; after damage it goes on at the next byte where a record checks out. */
    static Contents decode(ByteBuffer file) {
        List<Entry> entries = new ArrayList<>();
        int at = 0;
        int good = 0;
        int damaged = 0;
        while (at < file.limit()) {
            int length = wholeRecordAt(file, at);
            if (length < 0) {
                at++;
                continue;
            }
            byte[] payload = new byte[length];
            file.get(at + HEADER_BYTES, payload);
            entries.add(new Entry(file.getLong(at + 8), file.getLong(at + 16), payload));
            damaged += at - good;
            at += HEADER_BYTES + length;
            good = at;
        }
        return new Contents(entries, good, damaged + file.limit() - good, damaged == 0 && isTorn(file, good));
    }

    private static boolean isTorn(ByteBuffer file, int from) {
        int rest = file.limit() - from;
        boolean incomplete =
                rest < HEADER_BYTES || (file.getInt(from) > rest - HEADER_BYTES && file.getInt(from) <= MAX_PAYLOAD);
        for (int at = from; !incomplete && at < file.limit(); at++) {
            if (file.get(at) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Payload length of the record at {@code at}, or -1 when none checks out there. */
    private static int wholeRecordAt(ByteBuffer file, int at) {
        if (file.limit() - at < HEADER_BYTES) {
            return -1;
        }
        int length = file.getInt(at);
        if (length < 1 || length > MAX_PAYLOAD || length > file.limit() - at - HEADER_BYTES) {
            return -1;
        }
        return crc(file, at, length) == file.getInt(at + 4) ? length : -1;
    }

    private static int crc(ByteBuffer file, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(file.duplicate().limit(at + HEADER_BYTES + length).position(at + 8));
        return (int) crc.getValue();
    }
}
