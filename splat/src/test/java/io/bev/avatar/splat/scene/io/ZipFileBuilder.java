package io.bev.avatar.splat.scene.io;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Builds zip files of features that {@link java.util.zip.ZipOutputStream} does not write. */
@SuppressWarnings("ByteBufferBackingArray") // each buffer has an array of its own
final class ZipFileBuilder {

    private final ByteArrayOutputStream local = new ByteArrayOutputStream();
    private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
    private Charset charset = StandardCharsets.US_ASCII;
    private int flags;
    private int method = 8;
    private boolean zip64;
    private boolean descriptor;
    private int count;

    ZipFileBuilder names(Charset charset) {
        this.charset = charset;
        return this;
    }

    ZipFileBuilder flags(int flags) {
        this.flags = flags;
        return this;
    }

    ZipFileBuilder method(int method) {
        this.method = method;
        return this;
    }

    ZipFileBuilder zip64() {
        zip64 = true;
        return this;
    }

    ZipFileBuilder descriptor() {
        descriptor = true;
        return this;
    }

    ZipFileBuilder add(String name, byte[] content) {
        byte[] nameBytes = name.getBytes(charset);
        byte[] data = method == 8 ? deflate(content) : content;
        CRC32 crc = new CRC32();
        crc.update(content);
        int offset = local.size();
        int allFlags = flags | (descriptor ? 8 : 0);
        ByteBuffer header = buffer(30 + nameBytes.length);
        header.putInt(0x04034b50)
                .putShort((short) 20)
                .putShort((short) allFlags)
                .putShort((short) method);
        header.putInt(0).putInt(descriptor ? 0 : (int) crc.getValue());
        header.putInt(descriptor ? 0 : data.length).putInt(descriptor ? 0 : content.length);
        header.putShort((short) nameBytes.length).putShort((short) 0).put(nameBytes);
        local.writeBytes(header.array());
        local.writeBytes(data);
        if (descriptor) {
            local.writeBytes(buffer(16)
                    .putInt(0x08074b50)
                    .putInt((int) crc.getValue())
                    .putInt(data.length)
                    .putInt(content.length)
                    .array());
        }
        int extra = zip64 ? 28 : 0;
        ByteBuffer entry = buffer(46 + nameBytes.length + extra);
        entry.putInt(0x02014b50).putShort((short) 20).putShort((short) 20);
        entry.putShort((short) allFlags).putShort((short) method).putInt(0).putInt((int) crc.getValue());
        entry.putInt(zip64 ? -1 : data.length).putInt(zip64 ? -1 : content.length);
        entry.putShort((short) nameBytes.length)
                .putShort((short) extra)
                .putShort((short) 0)
                .putInt(0)
                .putInt(0);
        entry.putShort((short) 0).putInt(42, zip64 ? -1 : offset).position(46).put(nameBytes);
        if (zip64) {
            entry.putShort((short) 1)
                    .putShort((short) 24)
                    .putLong(content.length)
                    .putLong(data.length);
            entry.putLong(offset);
        }
        directory.writeBytes(entry.array());
        count++;
        return this;
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(local.toByteArray());
        out.writeBytes(directory.toByteArray());
        if (zip64) {
            out.writeBytes(buffer(56)
                    .putInt(0x06064b50)
                    .putLong(44)
                    .putShort((short) 45)
                    .putShort((short) 45)
                    .putInt(0)
                    .putInt(0)
                    .putLong(count)
                    .putLong(count)
                    .putLong(directory.size())
                    .putLong(local.size())
                    .array());
            out.writeBytes(buffer(20)
                    .putInt(0x07064b50)
                    .putInt(0)
                    .putLong(local.size() + directory.size())
                    .putInt(1)
                    .array());
        }
        out.writeBytes(buffer(22)
                .putInt(0x06054b50)
                .putInt(0)
                .putShort((short) (zip64 ? 0xFFFF : count))
                .putShort((short) (zip64 ? 0xFFFF : count))
                .putInt(zip64 ? -1 : directory.size())
                .putInt(zip64 ? -1 : local.size())
                .array());
        return out.toByteArray();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] deflate(byte[] content) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(content);
        deflater.finish();
        byte[] out = new byte[content.length + 100];
        int n = deflater.deflate(out);
        deflater.end();
        return java.util.Arrays.copyOf(out, n);
    }
}
