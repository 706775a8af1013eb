package io.bev.avatar.renderer.bench;

import io.bev.avatar.renderer.stream.JpegEncoder;
import io.bev.avatar.renderer.stream.JpegEncoders;
import io.bev.avatar.splat.raster.Framebuffer;
import org.jspecify.annotations.Nullable;

/** The stream's encoder for benchmarks; opened by the first picture, given back by the end of the process. */
public final class BenchEncoder implements PictureEncoder {

    private static final int QUALITY = 85;

    private @Nullable JpegEncoder encoder;

    @Override
    public int encode(Framebuffer picture) {
        return open().encode(picture).remaining();
    }

    @Override
    public String name() {
        return open().name();
    }

    private JpegEncoder open() {
        JpegEncoder open = encoder == null ? JpegEncoders.best(QUALITY) : encoder;
        encoder = open;
        return open;
    }
}
