package io.bev.avatar.renderer.stream;

import io.bev.avatar.common.config.Config;

/**
 * Section {@code stream}.
 *
 * @param jpegQuality 1..100
 * @param maxViewers maximum number of WebSocket and MJPEG viewers
 * @param video whether viewers can choose video of low bandwidth
 */
public record StreamConfig(int jpegQuality, int maxViewers, boolean video) {

    public static StreamConfig from(Config config) {
        return new StreamConfig(
                config.integer("stream.jpeg-quality", 85, 1, 100),
                config.integer("stream.max-viewers", 64, 1, 1000),
                config.choice("stream.video", Video.class, Video.AUTO) == Video.AUTO);
    }

    /** Values of {@code stream.video}. */
    private enum Video {
        /** For viewers that choose it, if libvpx is installed. */
        AUTO,
        OFF
    }
}
