package io.bev.avatar.exporter.systemd;

import io.bev.avatar.common.systemd.SystemdNotifier;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds systemd's watchdog for as long as the exporter answers a request of its own over the network, as Prometheus would
 * send it. Does nothing where no watchdog is.
 */
public final class WatchdogProbe implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WatchdogProbe.class);
    private static final String REQUEST = "GET /-/healthy HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    /** 401 is an answer, too, where a password is asked for. */
    private static final Set<String> ANSWERS = Set.of("HTTP/1.1 200", "HTTP/1.1 401");

    private static final int ANSWER_BYTES = 12;

    private final SystemdNotifier service;
    private final InetSocketAddress address;
    private final boolean tls;
    private final Duration timeout;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "self-watch");
    private boolean answered = true;

    /**
     * @param address where the exporter listens
     * @param tls whether it speaks TLS there; then it refuses this request, which shows as well that it is at work
     */
    public WatchdogProbe(SystemdNotifier service, InetSocketAddress address, boolean tls) {
        this.service = service;
        this.tls = tls;
        this.address = address.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort())
                : address;
        this.timeout = service.watchdogTimeout().orElse(Duration.ZERO);
    }

    /** The exporter serves now. */
    public void start() {
        if (!timeout.isZero()) {
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void run() {
        try {
            do {
                ask();
            } while (!closed.await(timeout.toNanos() / 3, TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask() {
        try {
            request(address, tls, Math.toIntExact(Math.max(1, timeout.toMillis() / 3)));
            answered = true;
            service.alive();
        } catch (IOException e) {
            if (answered) {
                answered = false;
                LOG.warn(
                        "no answer from myself at {}: {}; systemd's watchdog ends me unless that changes. Where the unit's"
                                + " IPAddressAllow= forbids this address, add it",
                        address,
                        e.toString());
            }
        }
    }

    /** @throws IOException when there is no answer within {@code patience} milliseconds, or another than is expected */
    static void request(InetSocketAddress address, boolean tls, int patience) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(patience);
            socket.connect(address, patience);
            socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            if (tls) {
                refusal(in);
                return;
            }
            String start = new String(in.readNBytes(ANSWER_BYTES), StandardCharsets.ISO_8859_1);
            if (!ANSWERS.contains(start)) {
                throw new IOException("answered '" + start + "'");
            }
        }
    }

    /** An alert, an end or a reset: whichever, somebody has read. */
    private static void refusal(InputStream in) throws SocketTimeoutException {
        try {
            int unused = in.read();
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            LOG.debug("refused", e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
