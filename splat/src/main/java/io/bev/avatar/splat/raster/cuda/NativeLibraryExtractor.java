package io.bev.avatar.splat.raster.cuda;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import jcuda.JCudaVersion;
import jcuda.LibUtils;

/**
 * jcuda's native library, unpacked whole or not at all. jcuda itself writes it in place and takes whatever file of that name it
 * finds later: what a crash or a full disk left of it would stay in the way for ever.
 */
final class NativeLibraryExtractor {

    private NativeLibraryExtractor() {}

    /** The driver's library, under the name by which jcuda looks for it. */
    static String ofDriver() {
        return LibUtils.createLibraryFileName(LibUtils.createPlatformLibraryName("JCudaDriver-" + JCudaVersion.get()));
    }

    /**
     * Whether jcuda finds {@code name} without unpacking it, as in an installation.
     *
     * @param libraryPath folders with colons between them, {@code java.library.path}
     */
    static boolean isOn(String libraryPath, String name) {
        for (String folder : libraryPath.split(File.pathSeparator, -1)) {
            if (Files.isRegularFile(Path.of(folder, name))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Makes {@code name} in {@code folder} what it is in jcuda's jar. Where no jar has it, nothing is done.
     *
     * @throws IOException when it cannot be written
     */
    static void put(String name, Path folder) throws IOException {
        byte[] library;
        try (InputStream in = LibUtils.class.getResourceAsStream("/lib/" + name)) {
            if (in == null) {
                return;
            }
            library = in.readAllBytes();
        }
        Path file = folder.resolve(name);
        if (Files.isRegularFile(file)
                && Files.size(file) == library.length
                && Arrays.equals(Files.readAllBytes(file), library)) {
            return;
        }
        Path whole = Files.createTempFile(folder, name, ".new");
        try {
            Files.write(whole, library);
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(whole);
        }
    }
}
