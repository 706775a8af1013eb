package io.bev.avatar.renderer.stream;

import io.bev.avatar.common.config.Config;

/**
 * The section {@code stream} of the configuration.
 *
 * @param jpegQuality 1..100
 * @param maxViewers most WebSocket and MJPEG viewers at once
 */
public record StreamConfig(int jpegQuality, int maxViewers) {

    public static StreamConfig from(Config config) {
        return new StreamConfig(
                config.integer("stream.jpeg-quality", 85, 1, 100), config.integer("stream.max-viewers", 64, 1, 1000));
    }
}
