package io.bev.avatar.common.http;

import java.time.Duration;
import java.util.Map;

/**
 * Timeouts of the JDK HTTP server against slow clients. The JDK reads them once, before the first server is created;
 * values set on the command line take precedence.
 */
public final class HttpServerTimeouts {

    /** Longer than any scrape; the JDK measures from the end of the request. */
    private static final int MIN_RESPONSE_SECONDS = 45;

    private HttpServerTimeouts() {}

    public static void apply(Duration scrapeTimeout) {
        long responseSeconds = Math.max(MIN_RESPONSE_SECONDS, scrapeTimeout.toSeconds() + 15);
        Map.of(
                        "sun.net.httpserver.maxReqTime", "5",
                        "sun.net.httpserver.maxRspTime", Long.toString(responseSeconds),
                        "sun.net.httpserver.idleInterval", "10",
                        // TCP_NODELAY: otherwise the body waits up to 40 ms for the acknowledgement of the header.
                        "sun.net.httpserver.nodelay", "true",
                        "jdk.httpserver.maxConnections", "2000")
                .forEach((key, value) -> {
                    if (System.getProperty(key) == null) {
                        System.setProperty(key, value);
                    }
                });
    }
}
