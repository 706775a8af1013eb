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

/** The file that the stand-in for the CUDA driver shares with tests, of this process or another: faults to come, and counts. */
final class FakeCudaDriverControl {

    /** Names the file to the stand-in. */
    static final String VARIABLE = "CUDA_STAND_IN_CONTROL";

    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final List<Word> WORDS = List.of(Word.values());

    private final ByteBuffer words;

    /** One number of 64 bits. Faults are 0 while there is none; a countdown of n is for the n-th call from now on. */
    enum Word {
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
        /** Countdown of cuLaunchKernel: its context is spoilt. */
        LAUNCH_FAULT(Kind.ORDER),
        /** CUresult of that. */
        LAUNCH_RESULT(Kind.ORDER),
        /** Countdown of cuLaunchKernel: a kernel that never ends. */
        HANG(Kind.ORDER),
        /** Whether calls do their work before they return: so slow a machine is none that its device seems to hang. */
        AT_ONCE(Kind.ORDER),
        /** Of how many frames one is drawn; the others are only begun, which clears their counters. 0 for all. */
        ONE_DRAWN_OF(Kind.ORDER),
        /** What cuDriverGetVersion says; 0 for 12060. */
        DRIVER_VERSION(Kind.ORDER),
        /** Device memory that other programs hold. */
        OTHERS_BYTES(Kind.ORDER),

        /** Held now: counts, and bytes. */
        CONTEXTS(Kind.HELD),
        MODULES(Kind.HELD),
        STREAMS(Kind.HELD),
        EVENTS(Kind.HELD),
        ALLOCATIONS(Kind.HELD),
        ALLOCATED_BYTES(Kind.HELD),
        PINNED(Kind.HELD),
        PINNED_BYTES(Kind.HELD),

        /** Ever made or done. */
        CONTEXTS_MADE(Kind.DONE),
        LAUNCHES(Kind.DONE),
        COPIES(Kind.DONE),
        /** Calls that no correct caller makes. */
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

    /** What the stand-in's text begins with. */
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

    /** Maps a file; makes it, full of zeros, when it is not there. */
    static FakeCudaDriverControl open(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new FakeCudaDriverControl(
                    channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) Long.BYTES * WORDS.size()));
        }
    }

    void set(Word word, long value) {
        LONGS.setVolatile(words, place(word), value);
    }

    long get(Word word) {
        return (long) LONGS.getVolatile(words, place(word));
    }

    /** What is held and not given back. */
    Map<Word, Long> held() {
        Map<Word, Long> held = new EnumMap<>(Word.class);
        for (Word word : WORDS) {
            if (word.kind == Kind.HELD && get(word) != 0) {
                held.put(word, get(word));
            }
        }
        return held;
    }

    /** No fault any more. */
    void heal() {
        for (Word word : WORDS) {
            if (word.kind == Kind.ORDER) {
                set(word, 0);
            }
        }
    }
}
