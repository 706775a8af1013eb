package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.common.io.BoundedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the driver's library as the dynamic linker would, without loading anything. */
final class DriverLibrary {

    static final String NAME = "libcuda.so.1";

    /** The linker's cache contains its paths as NUL-terminated strings. */
    private static final Pattern IN_CACHE = Pattern.compile("(/[ -~]*/" + Pattern.quote(NAME) + ")\0");

    /** Limit of the linker's cache, which has some hundred kilobytes. */
    private static final int MAX_CACHE_BYTES = 16 << 20;

    private final String libraryPath;
    private final Path cache;
    private final List<Path> directories;

    /**
     * @param libraryPath value of {@code LD_LIBRARY_PATH}
     * @param cache {@code ld.so.cache}
     * @param directories directories searched last
     */
    DriverLibrary(String libraryPath, Path cache, List<Path> directories) {
        this.libraryPath = libraryPath;
        this.cache = cache;
        this.directories = List.copyOf(directories);
    }

    /** The library directories of this machine. */
    static DriverLibrary ofMachine(String libraryPath) {
        return new DriverLibrary(
                libraryPath,
                Path.of("/etc/ld.so.cache"),
                List.of(Path.of("/lib64"), Path.of("/usr/lib64"), Path.of("/lib"), Path.of("/usr/lib")));
    }

    Optional<Path> find() {
        List<Path> candidates = new ArrayList<>();
        for (String directory : libraryPath.split(":", -1)) {
            if (!directory.isEmpty()) {
                candidates.add(Path.of(directory, NAME));
            }
        }
        candidates.addAll(cached());
        directories.forEach(directory -> candidates.add(directory.resolve(NAME)));
        return candidates.stream().filter(Files::isRegularFile).findFirst();
    }

    private List<Path> cached() {
        List<Path> found = new ArrayList<>();
        try {
            Matcher match = IN_CACHE.matcher(
                    new String(BoundedFiles.readBytes(cache, MAX_CACHE_BYTES), StandardCharsets.ISO_8859_1));
            while (match.find()) {
                found.add(Path.of(match.group(1)));
            }
        } catch (IOException e) {
            // No cache, as on musl: only the directories are searched.
            return found;
        }
        return found;
    }
}
