package io.bev.avatar.common.http;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Makes a {@link HttpServer} with a bounded pool of daemon threads, so that slow clients cost connections, not memory.
 * Client time limits ({@code sun.net.httpserver.maxReqTime} and its kin) are read by the JDK once, before the first server
 * exists, and so belong on the command line.
 */
public final class BoundedHttpServer {

    private static final int BACKLOG = 128;

    private BoundedHttpServer() {}

    /** Plain HTTP; see {@link #create(InetSocketAddress, String, int, Optional)}. */
    public static HttpServer create(InetSocketAddress address, String name, int threads) throws IOException {
        return create(address, name, threads, Optional.empty());
    }

    /** Plain HTTP, {@code first} being done by each thread before its first request; otherwise the same. */
    public static HttpServer create(InetSocketAddress address, String name, int threads, Runnable first)
            throws IOException {
        HttpServer server = bind(address, Optional.empty());
        server.setExecutor(BoundedExecutors.create(name, threads, BACKLOG, first));
        return server;
    }

    /**
     * Binds; the caller adds contexts and starts.
     *
     * @param address where to listen; port 0 picks a free one
     * @param name prefix of the thread names
     * @param threads maximum requests served at once
     * @param tls how to speak TLS; empty for plain HTTP
     * @throws IOException when the address cannot be bound; the message names the address and the remedy
     */
    public static HttpServer create(
            InetSocketAddress address, String name, int threads, Optional<HttpsConfigurator> tls) throws IOException {
        HttpServer server = bind(address, tls);
        server.setExecutor(BoundedExecutors.create(name, threads, BACKLOG));
        return server;
    }

    private static HttpServer bind(InetSocketAddress address, Optional<HttpsConfigurator> tls) throws IOException {
        try {
            return tls.isPresent() ? secure(address, tls.get()) : HttpServer.create(address, BACKLOG);
        } catch (BindException e) {
            throw new IOException(
                    "cannot listen on " + address.getHostString() + ":" + address.getPort() + ": " + e.getMessage()
                            + "; stop the process that uses the port, or configure another port",
                    e);
        }
    }

    private static HttpServer secure(InetSocketAddress address, HttpsConfigurator tls) throws IOException {
        HttpsServer server = HttpsServer.create(address, BACKLOG);
        server.setHttpsConfigurator(tls);
        return server;
    }
}
