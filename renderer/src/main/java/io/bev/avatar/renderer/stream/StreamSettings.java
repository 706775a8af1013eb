package io.bev.avatar.renderer.stream;

import io.bev.avatar.common.http.ConnectionLimits;
import java.time.Duration;
import java.util.List;

/**
 * Address, limits and timeouts of the stream server.
 *
 * @param bind address or host name to listen on
 * @param port TCP port; 0 selects a free one
 * @param allowedHosts accepted Host names in addition to loopback
 * @param limits limits of the listener; viewers count as connections
 * @param stallTimeout maximum time without progress before a viewer is disconnected
 */
public record StreamSettings(
        String bind, int port, List<String> allowedHosts, ConnectionLimits limits, Duration stallTimeout) {

    /** Connections in addition to viewers, for probes, scrapes and page loads. */
    private static final int OTHER_CONNECTIONS = 192;

    /** Larger than two frames in 4K. */
    private static final long BYTES_PER_CONNECTION = 16L << 20;

    private static final long BYTES = 256L << 20;

    public StreamSettings {
        allowedHosts = List.copyOf(allowedHosts);
    }

    /** Settings with default limits, for {@code maxViewers} viewers. */
    public static StreamSettings of(String bind, int port, List<String> allowedHosts, int maxViewers) {
        return new StreamSettings(
                bind,
                port,
                allowedHosts,
                ConnectionLimits.of(maxViewers + OTHER_CONNECTIONS, BYTES_PER_CONNECTION, BYTES),
                Duration.ofSeconds(30));
    }
}
