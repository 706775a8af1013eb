package io.bev.avatar.exporter.http;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import java.util.Optional;

/** Who may reach the listener, and how. */
public interface ListenerSecurity {

    /** Plain HTTP for everybody who can connect. */
    ListenerSecurity OPEN = new ListenerSecurity() {};

    /** How to speak TLS; empty for plain HTTP. */
    default Optional<HttpsConfigurator> tls() {
        return Optional.empty();
    }

    /** Whether requests need a name and a password. */
    default boolean authenticates() {
        return false;
    }

    /** Passes on the requests of those who may enter, and refuses the others. */
    default HttpHandler guard(HttpHandler next) {
        return next;
    }

    /** For what has a secret of its own: adds to the answers what {@link #guard} adds, and lets everybody through. */
    default HttpHandler unguarded(HttpHandler next) {
        return next;
    }
}
