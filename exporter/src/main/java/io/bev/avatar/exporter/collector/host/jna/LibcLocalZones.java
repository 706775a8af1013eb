package io.bev.avatar.exporter.collector.host.jna;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.bev.avatar.exporter.collector.host.TimeCollector.LocalZone;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code localtime_r(3)} on 64-bit systems: the abbreviations of {@code date} and node_exporter. */
public final class LibcLocalZones implements Function<Instant, LocalZone> {

    /** Native functions of {@code time.h}. */
    interface LibC extends Library {
        void tzset();

        @Nullable
        Pointer localtime_r(Pointer seconds, Pointer fields);
    }

    /** Size of {@code struct tm}, 56 bytes, plus a reserve for future fields. */
    private static final int BYTES = 128;

    private static final int GMTOFF = 40;
    private static final int ZONE = 48;

    private @Nullable LibC libc;
    private boolean unavailable;

    @Override
    public synchronized LocalZone apply(Instant instant) {
        if (!unavailable) {
            try (Memory seconds = new Memory(Long.BYTES);
                    Memory fields = new Memory(BYTES)) {
                seconds.setLong(0, instant.getEpochSecond());
                Pointer zone = libc().localtime_r(seconds, fields) == null ? null : fields.getPointer(ZONE);
                if (zone != null) {
                    return new LocalZone(zone.getString(0), fields.getLong(GMTOFF));
                }
            } catch (LinkageError e) {
                unavailable = true;
            }
        }
        return LocalZone.ofJava(instant);
    }

    private LibC libc() {
        LibC loaded = libc;
        if (loaded == null) {
            loaded = Native.load("c", LibC.class);
            loaded.tzset();
            libc = loaded;
        }
        return loaded;
    }
}
