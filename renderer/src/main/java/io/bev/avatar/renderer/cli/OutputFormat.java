package io.bev.avatar.renderer.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Format of the written file, by its extension. */
enum OutputFormat {
    PNG,
    /** Animated WebP. */
    WEBP,
    /** H.264. */
    MP4;

    /** Options of {@code ffmpeg}; empty if it is not needed. */
    List<String> encoder() {
        return switch (this) {
            case PNG -> List.of();
            case WEBP -> List.of("-f", "webp", "-c:v", "libwebp_anim", "-quality", "90", "-loop", "0");
            case MP4 ->
                List.of("-f", "mp4", "-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p", "-movflags", "+faststart");
        };
    }

    static String fileName(Path file) {
        return String.valueOf(file.getFileName());
    }

    /**
     * @param sequence whether several images are written
     * @throws IllegalArgumentException if the extension names no supported format
     */
    static OutputFormat of(Path file, boolean sequence) {
        String name = fileName(file).toLowerCase(Locale.ROOT);
        for (OutputFormat format : values()) {
            if (name.endsWith("." + format.name().toLowerCase(Locale.ROOT))) {
                if (format != PNG && !sequence) {
                    throw new IllegalArgumentException("--output " + file
                            + ": expected .png for one image; --turntable and --animate write " + ".webp and .mp4");
                }
                return format;
            }
        }
        throw new IllegalArgumentException(
                "--output " + file + ": expected the extension " + (sequence ? ".png, .webp or .mp4" : ".png"));
    }
}
