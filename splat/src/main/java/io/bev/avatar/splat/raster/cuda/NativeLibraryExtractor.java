package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.common.io.BoundedFiles;
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
 * Unpacks jcuda's native library atomically. jcuda itself writes it in place and later loads any existing file of that
 * name, so a partial file left by a crash or a full disk would never be replaced.
 */
final class NativeLibraryExtractor {

    private NativeLibraryExtractor() {}

    /** Name of jcuda's library for the driver. */
    static String ofDriver() {
        return LibUtils.createLibraryFileName(LibUtils.createPlatformLibraryName("JCudaDriver-" + JCudaVersion.get()));
    }

    /**
     * Whether jcuda finds {@code name} without unpacking it, as in an installation.
     *
     * @param libraryPath colon-separated directories, {@code java.library.path}
     */
    static boolean isOnPath(String libraryPath, String name) {
        for (String directory : libraryPath.split(File.pathSeparator, -1)) {
            if (Files.isRegularFile(Path.of(directory, name))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Copies {@code name} from jcuda's jar to {@code directory}. Does nothing if no jar contains it.
     *
     * @throws IOException if it cannot be written
     */
    static void unpack(String name, Path directory) throws IOException {
        byte[] library;
        try (InputStream in = LibUtils.class.getResourceAsStream("/lib/" + name)) {
            if (in == null) {
                return;
            }
            library = in.readAllBytes();
        }
        Path file = directory.resolve(name);
        if (Files.isRegularFile(file)
                && Files.size(file) == library.length
                && Arrays.equals(BoundedFiles.readBytes(file, library.length), library)) {
            return;
        }
        Path whole = Files.createTempFile(directory, name, ".new");
        try {
            Files.write(whole, library);
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(whole);
        }
    }
}
