package io.bev.avatar.exporter.http;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import java.util.Optional;

/** Access control of the HTTP listener: TLS and authentication. */
public interface ListenerSecurity {

    /** Plain HTTP without authentication. */
    ListenerSecurity OPEN = new ListenerSecurity() {};

    /** TLS settings; empty for plain HTTP. */
    default Optional<HttpsConfigurator> tls() {
        return Optional.empty();
    }

    /** Whether requests require user and password. */
    default boolean authenticates() {
        return false;
    }

    /** Wraps a handler so that unauthenticated requests are rejected. */
    default HttpHandler guard(HttpHandler next) {
        return next;
    }

    /**
     * Wraps a handler with its own authentication: adds the same response headers as {@link #guard}, without
     * authentication.
     */
    default HttpHandler unguarded(HttpHandler next) {
        return next;
    }
}
