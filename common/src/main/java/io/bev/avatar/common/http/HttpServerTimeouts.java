package io.bev.avatar.common.http;

import java.time.Duration;
import java.util.Map;

/**
 * Time limits of the JDK's HTTP server against clients that send or read slowly. The JDK reads them once, before its first
 * server exists; what the command line sets stays.
 */
public final class HttpServerTimeouts {

    /** Longer than any scrape may take; the JDK counts from the end of the request. */
    private static final int LONGEST_ANSWER_SECONDS = 45;

    private HttpServerTimeouts() {}

    public static void apply(Duration scrapeTimeout) {
        long answer = Math.max(LONGEST_ANSWER_SECONDS, scrapeTimeout.toSeconds() + 15);
        Map.of(
                        "sun.net.httpserver.maxReqTime", "5",
                        "sun.net.httpserver.maxRspTime", Long.toString(answer),
                        "sun.net.httpserver.idleInterval", "10",
                        // A header must not make its body wait 40 ms for the client's acknowledgement.
                        "sun.net.httpserver.nodelay", "true",
                        "jdk.httpserver.maxConnections", "2000")
                .forEach((key, value) -> {
                    if (System.getProperty(key) == null) {
                        System.setProperty(key, value);
                    }
                });
    }
}
