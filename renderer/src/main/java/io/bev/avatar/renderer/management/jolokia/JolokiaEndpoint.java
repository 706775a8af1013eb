package io.bev.avatar.renderer.management.jolokia;

import com.sun.net.httpserver.HttpServer;
import io.bev.avatar.common.http.BoundedHttpServer;
import io.bev.avatar.common.http.RequestGuard;
import io.bev.avatar.common.process.SchedulingPriority;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Jolokia over HTTP, behind the guard. Serves from construction until closed. */
public final class JolokiaEndpoint implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(JolokiaEndpoint.class);

    private static final int THREADS = 8;
    /** Frames come first: at this niceness a thread gets a tenth of a core that a frame wants, too. */
    private static final int NICENESS = 10;

    private static final long CLOSE_PATIENCE_NANOS = 1_000_000_000L;
    private static final long POLL_NANOS = 5_000_000L;

    private final HttpServer server;
    private final JolokiaBackend backend;
    private final JolokiaHandler handler;

    /**
     * @param address where to listen; port 0 picks a free one
     * @param allowedHosts Host names beside loopback's
     * @param policyFile access policy; without, the one in the program
     * @throws IOException when the policy is bad or the address taken; the message names the remedy
     */
    public JolokiaEndpoint(
            InetSocketAddress address, List<String> allowedHosts, Optional<Path> policyFile, ControlPassword password)
            throws IOException {
        AccessPolicy policy = AccessPolicy.load(policyFile);
        server = BoundedHttpServer.create(address, "jolokia", THREADS, JolokiaEndpoint::giveWay);
        backend = new JolokiaBackend(policy);
        handler = new JolokiaHandler(RequestGuard.allowing(allowedHosts), password, policy, backend);
        server.createContext("/", handler);
        server.start();
    }

    private static void giveWay() {
        try {
            new SchedulingPriority(NICENESS).ofThread();
        } catch (IOException e) {
            log.debug("answers of Jolokia do not give way to frames: {}", e.getMessage());
        }
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        // Whoever asked for the end is to get an answer. The server's own wait always takes its full time.
        long deadline = System.nanoTime() + CLOSE_PATIENCE_NANOS;
        while (handler.serving() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        server.stop(0);
        backend.close();
    }
}
