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
    Path folder;

    private static byte @Nullable [] packed() throws IOException {
        try (InputStream in = LibUtils.class.getResourceAsStream("/lib/" + NativeLibraryExtractor.ofDriver())) {
            return in == null ? null : in.readAllBytes();
        }
    }

    @Test
    void halfALibrary_isReplaced() throws IOException {
        byte[] library = packed();
        assumeTrue(library != null, "jcuda has no library for this machine");
        Path file = folder.resolve(NativeLibraryExtractor.ofDriver());

        NativeLibraryExtractor.put(NativeLibraryExtractor.ofDriver(), folder);
        assertThat(file).hasBinaryContent(library);

        Files.write(file, Arrays.copyOf(library, library.length / 2));
        NativeLibraryExtractor.put(NativeLibraryExtractor.ofDriver(), folder);
        assertThat(file).hasBinaryContent(library);

        Files.write(file, new byte[library.length]);
        NativeLibraryExtractor.put(NativeLibraryExtractor.ofDriver(), folder);
        assertThat(file).hasBinaryContent(library);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void wholeLibrary_isLeftAsItIs() throws IOException {
        assumeTrue(packed() != null, "jcuda has no library for this machine");
        NativeLibraryExtractor.put(NativeLibraryExtractor.ofDriver(), folder);
        Path file = folder.resolve(NativeLibraryExtractor.ofDriver());
        Object before = Files.getAttribute(file, "unix:ino");

        NativeLibraryExtractor.put(NativeLibraryExtractor.ofDriver(), folder);

        assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(before);
    }

    @Test
    void libraryOnThePath_isFound() throws IOException {
        Files.writeString(folder.resolve("libX.so"), "");
        assertThat(NativeLibraryExtractor.isOn("/nowhere::" + folder, "libX.so"))
                .isTrue();
        assertThat(NativeLibraryExtractor.isOn("/nowhere::" + folder, "libY.so"))
                .isFalse();
        assertThat(NativeLibraryExtractor.isOn("", "libY.so")).isFalse();
    }

    @Test
    void libraryThatNoJarHas_isNotMissed() throws IOException {
        NativeLibraryExtractor.put("libNobody.so", folder);

        assertThat(folder).isEmptyDirectory();
    }
}
