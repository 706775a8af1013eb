package io.bev.avatar.renderer.raster.cuda;

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

class UnpackedLibraryTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    private static byte @Nullable [] packed() throws IOException {
        try (InputStream in = LibUtils.class.getResourceAsStream("/lib/" + UnpackedLibrary.ofDriver())) {
            return in == null ? null : in.readAllBytes();
        }
    }

    @Test
    void halfALibrary_isReplaced() throws IOException {
        byte[] library = packed();
        assumeTrue(library != null, "jcuda has no library for this machine");
        Path file = folder.resolve(UnpackedLibrary.ofDriver());

        UnpackedLibrary.put(UnpackedLibrary.ofDriver(), folder);
        assertThat(file).hasBinaryContent(library);

        Files.write(file, Arrays.copyOf(library, library.length / 2));
        UnpackedLibrary.put(UnpackedLibrary.ofDriver(), folder);
        assertThat(file).hasBinaryContent(library);

        Files.write(file, new byte[library.length]);
        UnpackedLibrary.put(UnpackedLibrary.ofDriver(), folder);
        assertThat(file).hasBinaryContent(library);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void wholeLibrary_isLeftAsItIs() throws IOException {
        assumeTrue(packed() != null, "jcuda has no library for this machine");
        UnpackedLibrary.put(UnpackedLibrary.ofDriver(), folder);
        Path file = folder.resolve(UnpackedLibrary.ofDriver());
        Object before = Files.getAttribute(file, "unix:ino");

        UnpackedLibrary.put(UnpackedLibrary.ofDriver(), folder);

        assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(before);
    }

    @Test
    void libraryOnThePath_isFound() throws IOException {
        Files.writeString(folder.resolve("libX.so"), "");
        assertThat(UnpackedLibrary.isOn("/nowhere::" + folder, "libX.so")).isTrue();
        assertThat(UnpackedLibrary.isOn("/nowhere::" + folder, "libY.so")).isFalse();
        assertThat(UnpackedLibrary.isOn("", "libY.so")).isFalse();
    }

    @Test
    void libraryThatNoJarHas_isNotMissed() throws IOException {
        UnpackedLibrary.put("libNobody.so", folder);

        assertThat(folder).isEmptyDirectory();
    }
}
