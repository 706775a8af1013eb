package io.bev.avatar.common.http;

import java.time.Duration;

/**
 * Limits of one listener.
 *
 * @param connections maximum number of connections
 * @param perAddress maximum number of connections from one IP address
 * @param reserved further connections that are accepted for monitoring only when all others are busy
 * @param bytesPerConnection maximum number of bytes held for one connection: request body and unsent response
 * @param bytes maximum number of bytes held for all connections
 * @param idle maximum time between two requests, and before the first one
 * @param head maximum time from the first to the last byte of a request head
 * @param body maximum time for the request body
 * @param send maximum time without progress in sending a response
 */
public record ConnectionLimits(
        int connections,
        int perAddress,
        int reserved,
        long bytesPerConnection,
        long bytes,
        Duration idle,
        Duration head,
        Duration body,
        Duration send) {

    private static final int RESERVED = 8;

    /** Default timeouts; three quarters of the connections for one address. */
    public static ConnectionLimits of(int connections, long bytesPerConnection, long bytes) {
        return new ConnectionLimits(
                connections,
                Math.max(1, connections - connections / 4),
                RESERVED,
                bytesPerConnection,
                bytes,
                Duration.ofSeconds(15),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofSeconds(15));
    }
}
