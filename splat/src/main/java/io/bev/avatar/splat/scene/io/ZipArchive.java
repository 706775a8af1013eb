package io.bev.avatar.splat.scene.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bev.avatar.splat.scene.AvatarFormatException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * A zip archive, read by its central directory: zip64, data descriptors, names in any encoding, backslashes as
 * separators. An entry's checksum and size are verified before its data is returned.
 *
 * <p>Source: PKWARE, APPNOTE.TXT 6.3.10.
 */
final class ZipArchive implements Closeable {

    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int LOCATOR_SIGNATURE = 0x07064b50;
    private static final int DIRECTORY_SIGNATURE = 0x02014b50;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int END_BYTES = 22;
    private static final int END64_BYTES = 56;
    private static final int LOCATOR_BYTES = 20;
    private static final int DIRECTORY_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final int MAX_COMMENT = 0xFFFF;
    private static final int MAX_ENTRIES = 10_000;
    private static final int MAX_DIRECTORY_BYTES = 16 << 20;
    private static final long UNKNOWN = 0xFFFFFFFFL;

    private static final int ENCRYPTED = 1;
    private static final int UTF_8_NAME = 1 << 11;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int ZIP64_FIELD = 1;

    /**
     * @param name its path with {@code /} as separator
     * @param flags general purpose bits
     * @param method compression method
     * @param packed compressed bytes
     * @param size uncompressed bytes
     * @param offset of its local header
     */
    record Entry(String name, int flags, int method, long crc, long packed, long size, long offset) {

        /** Whether it is a file of the user: not a directory, and no resource fork that macOS adds. */
        boolean isFile() {
            return !name.endsWith("/") && !name.startsWith("__MACOSX/") && !name.contains("/__MACOSX/");
        }

        String baseName() {
            return name.substring(name.lastIndexOf('/') + 1);
        }

        String directory() {
            return name.substring(0, name.lastIndexOf('/') + 1);
        }
    }

    private final String source;
    private final FileChannel channel;
    private final long length;
    private final List<Entry> entries = new ArrayList<>();

    private ZipArchive(String source, FileChannel channel) throws IOException {
        this.source = source;
        this.channel = channel;
        this.length = channel.size();
    }

    /**
     * Opens {@code file} and reads its directory.
     *
     * @param source its name in messages
     * @throws AvatarFormatException if it is damaged
     */
    static ZipArchive open(String source, Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            ZipArchive archive = new ZipArchive(source, channel);
            archive.readDirectory();
            return archive;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Files without resource forks, in the order of the directory. */
    List<Entry> files() {
        return entries.stream().filter(Entry::isFile).toList();
    }

    private void readDirectory() throws IOException {
        int tail = (int) Math.min(length, END_BYTES + MAX_COMMENT);
        ByteBuffer end = read(length - tail, tail);
        int at = tail - END_BYTES;
        while (at >= 0 && !(end.getInt(at) == END_SIGNATURE && at + END_BYTES + unsigned16(end, at + 20) <= tail)) {
            at--;
        }
        if (at < 0) {
            throw damaged("the end of its directory", "none");
        }
        long endOffset = length - tail + at;
        long count = unsigned16(end, at + 10);
        long bytes = unsigned32(end, at + 12);
        long offset = unsigned32(end, at + 16);
        boolean spanned = unsigned16(end, at + 4) != 0 && unsigned16(end, at + 4) != 0xFFFF;
        Optional<ByteBuffer> end64 = end64(endOffset);
        if (end64.isPresent()) {
            count = end64.get().getLong(32);
            bytes = end64.get().getLong(40);
            offset = end64.get().getLong(48);
            endOffset = end64Offset(endOffset);
        }
        if (spanned) {
            throw new AvatarFormatException(
                    source, "one zip file", "one of several parts", "join the parts and zip the directory again");
        }
        // Data before the archive, such as code that unpacks it, shifts all offsets.
        long shift = endOffset - bytes - offset;
        if (count < 0 || bytes < 0 || offset < 0 || shift < 0) {
            throw damaged("a directory within the file", bytes + " bytes at " + offset);
        }
        if (count > MAX_ENTRIES || bytes > MAX_DIRECTORY_BYTES) {
            throw new AvatarFormatException(
                    source,
                    "at most " + MAX_ENTRIES + " entries",
                    count + " of them",
                    "zip the directory of the avatar only");
        }
        readEntries(read(offset + shift, (int) bytes), (int) count, shift);
    }

    private Optional<ByteBuffer> end64(long endOffset) throws IOException {
        long at = end64Offset(endOffset);
        return at < 0 ? Optional.empty() : Optional.of(read(at, END64_BYTES));
    }

    /** Offset of the zip64 end record that a locator before {@code endOffset} names; -1 for none. */
    private long end64Offset(long endOffset) throws IOException {
        if (endOffset < LOCATOR_BYTES + END64_BYTES) {
            return -1;
        }
        ByteBuffer locator = read(endOffset - LOCATOR_BYTES, LOCATOR_BYTES);
        if (locator.getInt(0) != LOCATOR_SIGNATURE) {
            return -1;
        }
        long named = locator.getLong(8);
        // Behind a prefix the record is still directly before its locator.
        for (long at : new long[] {named, endOffset - LOCATOR_BYTES - END64_BYTES}) {
            if (at >= 0
                    && at <= endOffset - END64_BYTES
                    && read(at, END64_BYTES).getInt(0) == END64_SIGNATURE) {
                return at;
            }
        }
        throw damaged("a zip64 directory", "none at " + named);
    }

    private void readEntries(ByteBuffer b, int count, long shift) throws IOException {
        int at = 0;
        for (int e = 0; e < count; e++) {
            if (at + DIRECTORY_BYTES > b.limit() || b.getInt(at) != DIRECTORY_SIGNATURE) {
                throw damaged(count + " entries", e + " of them");
            }
            int nameBytes = unsigned16(b, at + 28);
            int extraBytes = unsigned16(b, at + 30);
            int next = at + DIRECTORY_BYTES + nameBytes + extraBytes + unsigned16(b, at + 32);
            if (next > b.limit()) {
                throw damaged(count + " entries", e + " of them");
            }
            int flags = unsigned16(b, at + 8);
            byte[] name = new byte[nameBytes];
            b.get(at + DIRECTORY_BYTES, name);
            long[] values = {unsigned32(b, at + 24), unsigned32(b, at + 20), unsigned32(b, at + 42)};
            readZip64(b, at + DIRECTORY_BYTES + nameBytes, extraBytes, values);
            entries.add(new Entry(
                    decode(name, flags).replace('\\', '/'),
                    flags,
                    unsigned16(b, at + 10),
                    unsigned32(b, at + 16),
                    values[1],
                    values[0],
                    values[2] + shift));
            at = next;
        }
    }

    /** Replaces those of size, packed size and offset that the directory holds in a zip64 field. */
    private static void readZip64(ByteBuffer b, int from, int bytes, long[] values) {
        int at = from;
        while (at + 4 <= from + bytes) {
            int end = Math.min(from + bytes, at + 4 + unsigned16(b, at + 2));
            if (unsigned16(b, at) == ZIP64_FIELD) {
                int value = at + 4;
                for (int v = 0; v < values.length; v++) {
                    if (values[v] == UNKNOWN && value + Long.BYTES <= end) {
                        values[v] = b.getLong(value);
                        value += Long.BYTES;
                    }
                }
            }
            at = end;
        }
    }

    /** A name in UTF-8, in GBK as Chinese Windows writes it, or in a single-byte encoding. */
    private static String decode(byte[] name, int flags) {
        List<Charset> charsets = new ArrayList<>(List.of(UTF_8));
        if ((flags & UTF_8_NAME) == 0 && Charset.isSupported("GBK")) {
            charsets.add(Charset.forName("GBK"));
        }
        for (Charset charset : charsets) {
            try {
                return charset.newDecoder().decode(ByteBuffer.wrap(name)).toString();
            } catch (CharacterCodingException e) {
                // Not in this encoding: the next one.
            }
        }
        return new String(name, ISO_8859_1);
    }

    /**
     * The data of an entry, whose checksum has been verified.
     *
     * @param maxRatio highest plausible ratio of size to compressed size
     * @throws AvatarFormatException if it is damaged, encrypted or compressed by another method
     */
    ByteSource verified(Entry entry, long maxRatio) throws IOException {
        requireReadable(entry, maxRatio);
        String name = source + "!" + entry.name();
        ByteSource content = new ByteSource() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long size() {
                return entry.size();
            }

            @Override
            public InputStream open(long offset) throws IOException {
                InputStream in = ZipArchive.this.open(entry);
                in.skipNBytes(offset);
                return in;
            }
        };
        verify(entry, content);
        return content;
    }

    private void requireReadable(Entry entry, long maxRatio) throws AvatarFormatException {
        String name = source + "!" + entry.name();
        if ((entry.flags() & ENCRYPTED) != 0) {
            throw new AvatarFormatException(
                    name, "an entry without password", "an encrypted one", "unzip it and zip it without a password");
        }
        if (entry.method() != STORED && entry.method() != DEFLATED) {
            throw new AvatarFormatException(
                    name,
                    "an entry that is stored or compressed with deflate",
                    "compression method " + entry.method() + methodName(entry.method()),
                    "zip it again with the standard method, such as zip -r or the file manager");
        }
        if (entry.size() < 0 || entry.packed() < 0 || entry.size() > Math.max(1, entry.packed()) * maxRatio) {
            throw new AvatarFormatException(
                    name,
                    "at most " + maxRatio + " times its compressed size",
                    entry.size() + " bytes from " + entry.packed() + " compressed bytes",
                    "this is not an avatar: use a file from a trusted source");
        }
    }

    private static String methodName(int method) {
        return switch (method) {
            case 9 -> " (Deflate64)";
            case 12 -> " (bzip2)";
            case 14 -> " (LZMA)";
            case 93 -> " (Zstandard)";
            case 95 -> " (XZ)";
            case 98 -> " (PPMd)";
            case 99 -> " (AES encryption)";
            default -> "";
        };
    }

    private void verify(Entry entry, ByteSource content) throws IOException {
        CRC32 crc = new CRC32();
        byte[] block = new byte[1 << 16];
        long size = 0;
        try (InputStream in = content.open(0)) {
            for (int n = in.read(block); n >= 0 && size <= entry.size(); n = in.read(block)) {
                crc.update(block, 0, n);
                size += n;
            }
        } catch (ZipException | EOFException e) {
            throw damagedEntry(entry, "intact compressed data", String.valueOf(e.getMessage()), e);
        }
        if (size != entry.size()) {
            throw damagedEntry(entry, entry.size() + " bytes", size > entry.size() ? "more" : size + " bytes", null);
        }
        if (crc.getValue() != entry.crc()) {
            throw damagedEntry(
                    entry,
                    "CRC-32 " + Long.toHexString(entry.crc()),
                    "CRC-32 " + Long.toHexString(crc.getValue()),
                    null);
        }
    }

    private InputStream open(Entry entry) throws IOException {
        ByteBuffer local = read(entry.offset(), LOCAL_BYTES);
        if (local.getInt(0) != LOCAL_SIGNATURE) {
            throw damagedEntry(entry, "a header at " + entry.offset(), "other data", null);
        }
        long start = entry.offset() + LOCAL_BYTES + unsigned16(local, 26) + unsigned16(local, 28);
        if (start + entry.packed() > length) {
            throw damagedEntry(entry, entry.packed() + " compressed bytes", "the end of the archive", null);
        }
        InputStream raw = new Section(start, start + entry.packed());
        if (entry.method() == STORED) {
            return new BufferedInputStream(raw, 1 << 16);
        }
        // The inflater may need one more byte than the data has.
        InputStream padded = new java.io.SequenceInputStream(raw, new java.io.ByteArrayInputStream(new byte[1]));
        return new EndingInflater(padded);
    }

    /** Releases its inflater when it is closed, and reads at most one section. */
    private static final class EndingInflater extends InflaterInputStream {
        EndingInflater(InputStream in) {
            super(in, new Inflater(true), 1 << 16);
        }

        @Override
        public void close() throws IOException {
            inf.end();
            super.close();
        }
    }

    /** Bytes of the archive. */
    private final class Section extends InputStream {
        private long at;
        private final long end;

        Section(long at, long end) {
            this.at = at;
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            int wanted = (int) Math.min(count, end - at);
            int n = wanted <= 0 ? -1 : channel.read(ByteBuffer.wrap(to, offset, wanted), at);
            at += Math.max(0, n);
            return n;
        }
    }

    private ByteBuffer read(long offset, int bytes) throws IOException {
        if (offset < 0 || offset + bytes > length) {
            throw damaged(bytes + " bytes at " + offset, "a file of " + length + " bytes");
        }
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw damaged(bytes + " bytes at " + offset, "the end of the file");
            }
        }
        return buffer.flip();
    }

    private static int unsigned16(ByteBuffer b, int at) {
        return b.getShort(at) & 0xFFFF;
    }

    private static long unsigned32(ByteBuffer b, int at) {
        return b.getInt(at) & 0xFFFFFFFFL;
    }

    private AvatarFormatException damaged(String expected, String found) {
        return new AvatarFormatException(
                source,
                "a readable zip file with " + expected,
                found,
                "the file is damaged or truncated: copy or download it again");
    }

    private AvatarFormatException damagedEntry(
            Entry entry, String expected, String found, @org.jspecify.annotations.Nullable Throwable cause) {
        return new AvatarFormatException(
                source + "!" + entry.name(), expected, found, "the file is damaged: copy or download it again", cause);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
