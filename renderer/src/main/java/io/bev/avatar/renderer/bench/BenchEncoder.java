package io.bev.avatar.renderer.bench;

import io.bev.avatar.renderer.stream.JpegEncoder;
import io.bev.avatar.renderer.stream.JpegEncoders;
import io.bev.avatar.splat.raster.Framebuffer;
import org.jspecify.annotations.Nullable;

/** The stream's encoder for benchmarks; opened by the first frame, released when the process ends. */
public final class BenchEncoder implements PictureEncoder {

    private static final int QUALITY = 85;

    private @Nullable JpegEncoder encoder;

    @Override
    public int encode(Framebuffer frame) {
        return open().encode(frame).remaining();
    }

    @Override
    public String name() {
        return open().name();
    }

    private JpegEncoder open() {
        JpegEncoder current = encoder == null ? JpegEncoders.best(QUALITY) : encoder;
        encoder = current;
        return current;
    }
}
