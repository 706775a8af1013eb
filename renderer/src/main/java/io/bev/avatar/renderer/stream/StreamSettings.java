package io.bev.avatar.renderer.stream;

import java.time.Duration;
import java.util.List;

/**
 * Address, limits and timeouts of the stream server.
 *
 * @param bind address or host name to listen on
 * @param port TCP port; 0 selects a free one
 * @param allowedHosts accepted Host names in addition to loopback
 * @param maxConnections maximum number of connections, including viewers
 * @param requestTimeout maximum time for receiving a request, and for sending a response
 * @param stallTimeout maximum time without progress before a viewer is disconnected
 */
public record StreamSettings(
        String bind,
        int port,
        List<String> allowedHosts,
        int maxConnections,
        Duration requestTimeout,
        Duration stallTimeout) {

    /** Connections reserved for probes, scrapes and page loads. */
    private static final int OTHER_CONNECTIONS = 192;

    public StreamSettings {
        allowedHosts = List.copyOf(allowedHosts);
    }

    /** Settings with default timeouts, for {@code maxViewers} viewers. */
    public static StreamSettings of(String bind, int port, List<String> allowedHosts, int maxViewers) {
        return new StreamSettings(
                bind,
                port,
                allowedHosts,
                maxViewers + OTHER_CONNECTIONS,
                Duration.ofSeconds(15),
                Duration.ofSeconds(30));
    }
}
