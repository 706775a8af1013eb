package io.bev.avatar.renderer.management.jolokia;

import io.bev.avatar.common.http.BoundedHttpServer;
import io.bev.avatar.common.http.ConnectionLimits;
import io.bev.avatar.common.http.ConnectionTable;
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

/** Jolokia over HTTP, behind request guard, access policy and password. Serves from construction until closed. */
public final class JolokiaEndpoint implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JolokiaEndpoint.class);

    private static final int THREADS = 8;
    private static final int CONNECTIONS = 64;
    private static final long BYTES_PER_CONNECTION = 8L << 20;
    private static final long BYTES = 32L << 20;
    /** Keeps rendering responsive: at this niceness a thread gets about a tenth of a contended core. */
    private static final int NICENESS = 10;

    private static final long CLOSE_TIMEOUT_NANOS = 1_000_000_000L;
    private static final long POLL_NANOS = 5_000_000L;

    private final BoundedHttpServer server;
    private final JolokiaBackend backend;
    private final JolokiaHandler handler;

    /**
     * @param address to listen on; port 0 selects a free one
     * @param allowedHosts accepted Host names in addition to loopback
     * @param policyFile access policy; empty for the built-in one
     * @throws IOException when the policy is invalid or the address in use; the message names the remedy
     */
    public JolokiaEndpoint(
            InetSocketAddress address, List<String> allowedHosts, Optional<Path> policyFile, ControlPassword password)
            throws IOException {
        AccessPolicy policy = AccessPolicy.load(policyFile);
        server = BoundedHttpServer.at(address, "jolokia")
                .connections(
                        new ConnectionTable("jolokia", ConnectionLimits.of(CONNECTIONS, BYTES_PER_CONNECTION, BYTES)))
                .threads(THREADS)
                .firstOnThread(JolokiaEndpoint::lowerPriority)
                .maxBodyBytes(JolokiaHandler.MAX_BODY_BYTES)
                .bind();
        backend = new JolokiaBackend(policy);
        handler = new JolokiaHandler(RequestGuard.allowing(allowedHosts), password, policy, backend);
        server.createContext("/", handler);
        server.start();
    }

    private static void lowerPriority() {
        try {
            new SchedulingPriority(NICENESS).applyToThread();
        } catch (IOException e) {
            LOG.debug("cannot lower the priority of Jolokia threads: {}", e.getMessage());
        }
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** Open connections, held bytes and closed connections. */
    public ConnectionTable connections() {
        return server.connections();
    }

    @Override
    public void close() {
        // Lets running requests finish (such as the shutdown request itself).
        long deadline = System.nanoTime() + CLOSE_TIMEOUT_NANOS;
        while (handler.serving() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        server.stop(0);
        backend.close();
    }
}
