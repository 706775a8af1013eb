package io.bev.avatar.exporter.collector.host.jna;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.bev.avatar.exporter.collector.host.FileSystemProbe;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** {@code statvfs(3)} of a Linux of 64 bits, where each of the fields read here has eight bytes. */
public final class LibcFileSystems implements FileSystemProbe {

    /** Raw name of {@code sys/statvfs.h}. */
    interface LibC extends Library {
        int statvfs(String path, Pointer buffer) throws LastErrorException;
    }

    /** {@code struct statvfs} has 112 bytes; some room for what is added at its end. */
    private static final int BYTES = 256;

    private static final int F_FRSIZE = 8;
    private static final int F_BLOCKS = 16;
    private static final int F_BFREE = 24;
    private static final int F_BAVAIL = 32;
    private static final int F_FILES = 40;
    private static final int F_FFREE = 48;

    private @Nullable LibC libc;

    @Override
    public Usage usage(String mountPoint) throws IOException {
        try (Memory buffer = new Memory(BYTES)) {
            libc().statvfs(mountPoint, buffer);
            return new Usage(
                    buffer.getLong(F_FRSIZE),
                    buffer.getLong(F_BLOCKS),
                    buffer.getLong(F_BFREE),
                    buffer.getLong(F_BAVAIL),
                    buffer.getLong(F_FILES),
                    buffer.getLong(F_FFREE));
        } catch (LastErrorException e) {
            throw new IOException("errno " + e.getErrorCode(), e);
        }
    }

    /** Where native code cannot be loaded, only what needs it fails. */
    private synchronized LibC libc() {
        LibC loaded = libc;
        if (loaded == null) {
            loaded = Native.load("c", LibC.class);
            libc = loaded;
        }
        return loaded;
    }
}
