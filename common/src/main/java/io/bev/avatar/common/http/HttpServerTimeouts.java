package io.bev.avatar.common.http;

import java.time.Duration;
import java.util.Map;

/**
 * Timeouts of the JDK HTTP server against slow clients. The JDK reads them once, before the first server is created;
 * values set on the command line take precedence.
 */
public final class HttpServerTimeouts {

    private HttpServerTimeouts() {}

    /** @param response longest time to compute and send a response, which the JDK measures from the end of the request */
    public static void apply(Duration response) {
        Map.of(
                        "sun.net.httpserver.maxReqTime", "5",
                        "sun.net.httpserver.maxRspTime", Long.toString(response.toSeconds()),
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
