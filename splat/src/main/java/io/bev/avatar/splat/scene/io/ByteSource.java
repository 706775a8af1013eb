package io.bev.avatar.splat.scene.io;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The bytes of a model: a file, or an entry of an archive. */
interface ByteSource {

    /** Its name in messages. */
    String name();

    /** Length in bytes. */
    long size();

    /** The bytes from {@code offset} on; closed by the caller. */
    InputStream open(long offset) throws IOException;

    /** Its first bytes, at most {@code count}. */
    default byte[] start(int count) throws IOException {
        try (InputStream in = open(0)) {
            return in.readNBytes(count);
        }
    }

    /** {@code file} under its own name. */
    static ByteSource of(Path file, long size) {
        return new ByteSource() {
            @Override
            public String name() {
                return file.toString();
            }

            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream open(long offset) throws IOException {
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                channel.position(offset);
                return new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
            }
        };
    }

    /** {@code length} bytes of {@code whole} from {@code offset} on, which are within it; under the same name. */
    static ByteSource part(ByteSource whole, long offset, long length) {
        return new ByteSource() {
            @Override
            public String name() {
                return whole.name();
            }

            @Override
            public long size() {
                return length;
            }

            @Override
            public InputStream open(long from) throws IOException {
                return new BoundedStream(whole.open(offset + Math.min(from, length)), Math.max(0, length - from));
            }
        };
    }

    /** {@code bytes} under a name. */
    static ByteSource of(String name, byte[] bytes) {
        return new ByteSource() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public InputStream open(long offset) {
                int from = (int) Math.min(offset, bytes.length);
                return new java.io.ByteArrayInputStream(bytes, from, bytes.length - from);
            }
        };
    }
}
