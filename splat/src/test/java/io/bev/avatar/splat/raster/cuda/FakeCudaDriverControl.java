package io.bev.avatar.splat.raster.cuda;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The file that the fake CUDA driver shares with tests, in this process or another: requested faults, and counts. */
public final class FakeCudaDriverControl {

    /** Environment variable with the path of the file. */
    static final String VARIABLE = "CUDA_STAND_IN_CONTROL";

    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final List<Word> WORDS = List.of(Word.values());

    private final ByteBuffer words;

    /** One 64-bit number. Faults are 0 for none; a countdown of n applies to the n-th call from now on. */
    public enum Word {
        /** CUresult of cuInit. */
        INIT_RESULT(Kind.ORDER),
        /** CUresult of cuCtxCreate. */
        CONTEXT_RESULT(Kind.ORDER),
        /** Whether cuCtxCreate waits, as for a driver that reloads. */
        CONTEXT_WAITS(Kind.ORDER),
        /** CUresult of every call. */
        DEVICE_LOST(Kind.ORDER),
        /** Countdown of cuMemAlloc: out of memory. */
        ALLOCATION_FAULT(Kind.ORDER),
        /** Countdown of cuMemHostAlloc: out of memory. */
        PIN_FAULT(Kind.ORDER),
        /** Countdown of cuLaunchKernel: its context is corrupted. */
        LAUNCH_FAULT(Kind.ORDER),
        /** CUresult of that launch. */
        LAUNCH_RESULT(Kind.ORDER),
        /** Countdown of cuLaunchKernel: a kernel that hangs. */
        HANG(Kind.ORDER),
        /** Whether calls are synchronous, so that a slow machine is not mistaken for a hung device. */
        AT_ONCE(Kind.ORDER),
        /** Renders one of every n frames; the others only clear their counters. 0 for all. */
        ONE_DRAWN_OF(Kind.ORDER),
        /** Result of cuDriverGetVersion; 0 for 12060. */
        DRIVER_VERSION(Kind.ORDER),
        /** Device memory used by other processes. */
        OTHERS_BYTES(Kind.ORDER),

        /** Currently held: counts and bytes. */
        CONTEXTS(Kind.HELD),
        MODULES(Kind.HELD),
        STREAMS(Kind.HELD),
        EVENTS(Kind.HELD),
        ALLOCATIONS(Kind.HELD),
        ALLOCATED_BYTES(Kind.HELD),
        PINNED(Kind.HELD),
        PINNED_BYTES(Kind.HELD),

        /** Totals since start. */
        CONTEXTS_MADE(Kind.DONE),
        LAUNCHES(Kind.DONE),
        COPIES(Kind.DONE),
        /** Invalid calls. */
        MISUSES(Kind.DONE);

        private final Kind kind;

        Word(Kind kind) {
            this.kind = kind;
        }
    }

    private enum Kind {
        ORDER,
        HELD,
        DONE
    }

    private FakeCudaDriverControl(ByteBuffer words) {
        this.words = words;
    }

    /** The beginning of the fake driver's source. */
    static String text() {
        StringBuilder text = new StringBuilder("#line 1 \"words\"\n");
        for (Word word : WORDS) {
            text.append("#define %s %d\n".formatted(word, WORDS.indexOf(word)));
        }
        return text.append("#define WORDS ").append(WORDS.size()).append('\n').toString();
    }

    private static int place(Word word) {
        return WORDS.indexOf(word) * Long.BYTES;
    }

    /** Maps a file; creates it, filled with zeros, if it is missing. */
    public static FakeCudaDriverControl open(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new FakeCudaDriverControl(
                    channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) Long.BYTES * WORDS.size()));
        }
    }

    public void set(Word word, long value) {
        LONGS.setVolatile(words, place(word), value);
    }

    public long get(Word word) {
        return (long) LONGS.getVolatile(words, place(word));
    }

    /** The resources not released. */
    Map<Word, Long> held() {
        Map<Word, Long> held = new EnumMap<>(Word.class);
        for (Word word : WORDS) {
            if (word.kind == Kind.HELD && get(word) != 0) {
                held.put(word, get(word));
            }
        }
        return held;
    }

    /** Clears all faults. */
    void clearFaults() {
        for (Word word : WORDS) {
            if (word.kind == Kind.ORDER) {
                set(word, 0);
            }
        }
    }
}
