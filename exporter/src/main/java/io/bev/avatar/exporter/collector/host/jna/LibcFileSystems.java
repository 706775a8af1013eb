package io.bev.avatar.exporter.collector.host.jna;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.bev.avatar.exporter.collector.host.FileSystemProbe;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code statvfs(3)} on 64-bit Linux, where each field read here has eight bytes. */
public final class LibcFileSystems implements FileSystemProbe {

    /** Native function of {@code sys/statvfs.h}. */
    interface LibC extends Library {
        int statvfs(byte[] path, Pointer buffer) throws LastErrorException;
    }

    /** Size of {@code struct statvfs}, 112 bytes, plus a reserve for future fields. */
    private static final int BYTES = 256;

    private static final int F_FRSIZE = 8;
    private static final int F_BLOCKS = 16;
    private static final int F_BFREE = 24;
    private static final int F_BAVAIL = 32;
    private static final int F_FILES = 40;
    private static final int F_FFREE = 48;

    private @Nullable LibC libc;

    @Override
    public Usage usage(byte[] mountPoint) throws IOException {
        try (Memory buffer = new Memory(BYTES)) {
            libc().statvfs(Arrays.copyOf(mountPoint, mountPoint.length + 1), buffer);
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

    /** Loads the C library on first use, so that a load failure affects only this probe. */
    private synchronized LibC libc() {
        LibC loaded = libc;
        if (loaded == null) {
            loaded = Native.load("c", LibC.class);
            libc = loaded;
        }
        return loaded;
    }
}
