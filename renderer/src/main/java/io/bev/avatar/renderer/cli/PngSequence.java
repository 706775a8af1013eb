package io.bev.avatar.renderer.cli;

import io.bev.avatar.splat.raster.Framebuffer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** One PNG file per image: {@code NAME.png} becomes {@code NAME-0001.png}, {@code NAME-0002.png} and so on. */
final class PngSequence implements FrameWriter {

    private final Path file;
    private int written;

    PngSequence(Path file) {
        this.file = file;
    }

    @Override
    public void write(Framebuffer image) throws IOException {
        written++;
        PngFile.write(image, numbered(written));
    }

    private Path numbered(int number) {
        String name = OutputFormat.fileName(file);
        String base = name.substring(0, name.length() - ".png".length());
        return file.resolveSibling(String.format(Locale.ROOT, "%s-%04d.png", base, number));
    }

    @Override
    public void finish() {
        // Each file is complete.
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
