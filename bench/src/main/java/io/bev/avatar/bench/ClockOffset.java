package io.bev.avatar.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Wall clock of a process, moved by a preloaded library; the machine's clock is not touched. */
final class ClockOffset {

    private static final String SOURCE = "clock-offset.c";

    private final Path library;
    private final Path file;

    /**
     * @param library built library
     * @param file the offset; created
     */
    ClockOffset(Path library, Path file) throws IOException {
        this.library = library;
        this.file = file;
        set(0);
    }

    /** Builds the library in {@code directory}. */
    static Path build(Path directory) throws IOException, InterruptedException {
        Path source = directory.resolve(SOURCE);
        try (InputStream in = ClockOffset.class.getResourceAsStream("/" + SOURCE)) {
            if (in == null) {
                throw new IOException(SOURCE + " is missing in the jar; build it again");
            }
            Files.copy(in, source, StandardCopyOption.REPLACE_EXISTING);
        }
        Path library = directory.resolve("clock-offset.so");
        StackClient.runChecked("gcc", "-shared", "-fPIC", "-O1", "-o", library.toString(), source.toString());
        return library;
    }

    Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "CLOCK_OFFSET_FILE", file.toString());
    }

    /** Moves the clock, in place: the process has mapped the file. */
    void set(double seconds) throws IOException {
        ByteBuffer value = ByteBuffer.allocate(Double.BYTES).order(ByteOrder.nativeOrder());
        value.putDouble(seconds).flip();
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.write(value);
        }
    }
}
