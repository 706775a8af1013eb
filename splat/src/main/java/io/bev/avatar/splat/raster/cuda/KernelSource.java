package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** Source of the kernels: constants, structures, then one file per stage, as one translation unit. */
public final class KernelSource {

    /** The files, ordered so that each follows the files that it uses. */
    static final List<String> FILES = List.of(
            "begin.cu",
            "rig.cu",
            "ellipse.cu",
            "project.cu",
            "scan.cu",
            "tiles.cu",
            "radix.cu",
            "ranges.cu",
            "blend.cu",
            "pack.cu");

    /** Names of all kernels. */
    static final List<String> KERNELS = List.of(
            "begin_frame",
            "rig",
            "project",
            "scan_sums",
            "scan_totals",
            "scan_offsets",
            "list_tiles",
            "count_depth_digits",
            "scan_depth_digits",
            "place_depths",
            "count_tile_digits",
            "scan_tile_digits",
            "place_tiles",
            "count_wide_digits",
            "place_wide",
            "tile_ranges",
            "blend",
            "pack");

    private static final String RESOURCE_DIRECTORY = "/kernels/";

    private KernelSource() {}

    /** The source text, for NVRTC, nvcc or any C++17 compiler with CUDA's constructs. */
    public static String program() {
        StringBuilder text = new StringBuilder("#line 1 \"rules\"\n").append(KernelConstants.text());
        append(text, "frame.h");
        FILES.forEach(file -> append(text, file));
        return text.toString();
    }

    private static void append(StringBuilder text, String file) {
        // Compiler messages then name the file.
        text.append("#line 1 \"").append(file).append("\"\n").append(read(file));
    }

    static String read(String file) {
        try (InputStream in = KernelSource.class.getResourceAsStream(RESOURCE_DIRECTORY + file)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE_DIRECTORY + file + " is not in the jar");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
