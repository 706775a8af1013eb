package io.bev.avatar.exporter.collector.host.jna;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.bev.avatar.exporter.collector.host.KernelClock;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code adjtimex(2)} without modes, which reads only, on 64-bit Linux. */
public final class LibcKernelClock implements KernelClock {

    /** Native function of {@code sys/timex.h}. */
    interface LibC extends Library {
        int adjtimex(Pointer buffer) throws LastErrorException;
    }

    /** Size of {@code struct timex}, 208 bytes, plus a reserve for future fields. */
    private static final int BYTES = 256;

    private static final int OFFSET = 8;
    private static final int FREQ = 16;
    private static final int MAXERROR = 24;
    private static final int ESTERROR = 32;
    private static final int STATUS = 40;
    private static final int CONSTANT = 48;
    private static final int TICK = 88;
    private static final int PPSFREQ = 96;
    private static final int JITTER = 104;
    private static final int SHIFT = 112;
    private static final int STABIL = 120;
    private static final int JITCNT = 128;
    private static final int CALCNT = 136;
    private static final int ERRCNT = 144;
    private static final int STBCNT = 152;
    private static final int TAI = 160;

    private static final int EPERM = 1;
    private static final int EACCES = 13;
    private static final int ENOSYS = 38;

    private @Nullable LibC libc;

    @Override
    public Optional<State> read() throws IOException {
        try (Memory buffer = new Memory(BYTES)) {
            buffer.clear();
            int clockState = libc().adjtimex(buffer);
            return Optional.of(new State(
                    clockState,
                    buffer.getLong(OFFSET),
                    buffer.getLong(FREQ),
                    buffer.getLong(MAXERROR),
                    buffer.getLong(ESTERROR),
                    buffer.getInt(STATUS),
                    buffer.getLong(CONSTANT),
                    buffer.getLong(TICK),
                    buffer.getLong(PPSFREQ),
                    buffer.getLong(JITTER),
                    buffer.getInt(SHIFT),
                    buffer.getLong(STABIL),
                    buffer.getLong(JITCNT),
                    buffer.getLong(CALCNT),
                    buffer.getLong(ERRCNT),
                    buffer.getLong(STBCNT),
                    buffer.getInt(TAI)));
        } catch (LastErrorException e) {
            int error = e.getErrorCode();
            if (error == EPERM || error == EACCES || error == ENOSYS) {
                return Optional.empty();
            }
            throw new IOException("adjtimex: errno " + error, e);
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
