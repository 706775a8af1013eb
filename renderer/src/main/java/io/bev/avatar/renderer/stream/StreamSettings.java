package io.bev.avatar.renderer.stream;

import java.time.Duration;
import java.util.List;

/**
 * Where the page is served and how patient it is with clients.
 *
 * @param bind address or host name to listen on
 * @param port TCP port; 0 picks a free one
 * @param allowedHosts host names beside loopback's under which the page is reached
 * @param maxConnections most connections at once, viewers included
 * @param requestTimeout longest wait for a whole request, and for a client to take a whole answer
 * @param stallTimeout longest time in which a viewer may take nothing before it is let go
 */
public record StreamSettings(
        String bind,
        int port,
        List<String> allowedHosts,
        int maxConnections,
        Duration requestTimeout,
        Duration stallTimeout) {

    /** Connections for everything but viewers: probes, scrapes, page loads. */
    private static final int OTHER_CONNECTIONS = 192;

    public StreamSettings {
        allowedHosts = List.copyOf(allowedHosts);
    }

    /** Settings with the usual patience, and room for {@code maxViewers} viewers. */
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
