package io.bev.avatar.splat.raster.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import jcuda.LibUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryExtractorTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    private static byte @Nullable [] packed() throws IOException {
        try (InputStream in = LibUtils.class.getResourceAsStream("/lib/" + NativeLibraryExtractor.ofDriver())) {
            return in == null ? null : in.readAllBytes();
        }
    }

    @Test
    void halfALibrary_isReplaced() throws IOException {
        byte[] library = packed();
        assumeTrue(library != null, "jcuda has no library for this machine");
        Path file = directory.resolve(NativeLibraryExtractor.ofDriver());

        NativeLibraryExtractor.unpack(NativeLibraryExtractor.ofDriver(), directory);
        assertThat(file).hasBinaryContent(library);

        Files.write(file, Arrays.copyOf(library, library.length / 2));
        NativeLibraryExtractor.unpack(NativeLibraryExtractor.ofDriver(), directory);
        assertThat(file).hasBinaryContent(library);

        Files.write(file, new byte[library.length]);
        NativeLibraryExtractor.unpack(NativeLibraryExtractor.ofDriver(), directory);
        assertThat(file).hasBinaryContent(library);
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void wholeLibrary_isLeftAsItIs() throws IOException {
        assumeTrue(packed() != null, "jcuda has no library for this machine");
        NativeLibraryExtractor.unpack(NativeLibraryExtractor.ofDriver(), directory);
        Path file = directory.resolve(NativeLibraryExtractor.ofDriver());
        Object before = Files.getAttribute(file, "unix:ino");

        NativeLibraryExtractor.unpack(NativeLibraryExtractor.ofDriver(), directory);

        assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(before);
    }

    @Test
    void libraryOnThePath_isFound() throws IOException {
        Files.writeString(directory.resolve("libX.so"), "");
        assertThat(NativeLibraryExtractor.isOnPath("/nowhere::" + directory, "libX.so"))
                .isTrue();
        assertThat(NativeLibraryExtractor.isOnPath("/nowhere::" + directory, "libY.so"))
                .isFalse();
        assertThat(NativeLibraryExtractor.isOnPath("", "libY.so")).isFalse();
    }

    @Test
    void libraryThatNoJarHas_isIgnored() throws IOException {
        NativeLibraryExtractor.unpack("libUnknown.so", directory);

        assertThat(directory).isEmptyDirectory();
    }
}
