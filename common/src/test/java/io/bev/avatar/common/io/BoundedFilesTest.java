package io.bev.avatar.common.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(20)
class BoundedFilesTest {

    /** One of the ways to read. */
    @FunctionalInterface
    interface Reader {
        Object read(Path file) throws IOException;
    }

    @TempDir
    Path directory;

    static Stream<Reader> readers() {
        return Stream.of(
                BoundedFiles::readString,
                BoundedFiles::readBytes,
                file -> BoundedFiles.readBytes(file, BoundedFiles.MAX_BYTES),
                file -> BoundedFiles.readLines(file, BoundedFiles.MAX_BYTES));
    }

    @Test
    void fileUpToTheLimit_isRead() throws Exception {
        Path file = Files.write(directory.resolve("a"), new byte[BoundedFiles.MAX_BYTES]);

        assertThat(BoundedFiles.readString(file)).hasSize(BoundedFiles.MAX_BYTES);
    }

    @ParameterizedTest
    @MethodSource("readers")
    void fileOfATebibyte_isAnError(Reader reader) throws Exception {
        Path file = directory.resolve("sparse");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1L << 40);
        }

        assertThatThrownBy(() -> reader.read(file))
                .hasMessage(file + ": larger than 1048576 bytes; check that it is the right file");
    }

    @ParameterizedTest
    @MethodSource("readers")
    void endlessDeviceAndPipeWithoutWriter_areErrors(Reader reader) throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();

        for (Path file : new Path[] {Path.of("/dev/zero"), pipe}) {
            assertThatThrownBy(() -> reader.read(file))
                    .hasMessage(file + ": found a pipe, socket or device, expected a regular file");
        }
        assertThatThrownBy(() -> reader.read(directory))
                .hasMessage(directory + ": found a directory, expected a regular file");
    }

    @ParameterizedTest
    @MethodSource("readers")
    void absentFile_isThatError(Reader reader) {
        assertThatThrownBy(() -> reader.read(directory.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void lines_areThoseOfTheFile() throws Exception {
        Path file = Files.writeString(directory.resolve("lines"), "a\nb\n");

        assertThat(BoundedFiles.readLines(file, 4)).containsExactly("a", "b");
    }

    @Test
    void filesOfTheKernel_areRegular() throws Exception {
        assertThat(BoundedFiles.readString(Path.of("/proc/self/status"))).contains("Pid:");
    }
}
