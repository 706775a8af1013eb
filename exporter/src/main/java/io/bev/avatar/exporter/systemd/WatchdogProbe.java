package io.bev.avatar.exporter.systemd;

import io.bev.avatar.common.concurrent.PeriodicTask;
import io.bev.avatar.common.systemd.SystemdNotifier;
import io.bev.avatar.common.text.ErrorText;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pings the systemd watchdog while the exporter answers an HTTP request to its own listener. Does nothing if no
 * watchdog is configured.
 */
public final class WatchdogProbe implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WatchdogProbe.class);
    private static final String REQUEST = "GET /-/healthy HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    /** 401 also proves that the server responds, if a password is required. */
    private static final Set<String> EXPECTED_RESPONSES = Set.of("HTTP/1.1 200", "HTTP/1.1 401");

    private static final int STATUS_LINE_BYTES = 12;

    private final SystemdNotifier systemd;
    private final InetSocketAddress address;
    private final boolean tls;
    private final Duration timeout;
    private Optional<PeriodicTask> task = Optional.empty();
    private boolean responding = true;

    /**
     * @param address listen address of the exporter
     * @param tls whether the listener uses TLS; the rejected plain-text request then also proves that the server
     *     responds
     */
    public WatchdogProbe(SystemdNotifier systemd, InetSocketAddress address, boolean tls) {
        this.systemd = systemd;
        this.tls = tls;
        this.address = address.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort())
                : address;
        this.timeout = systemd.watchdogTimeout().orElse(Duration.ZERO);
    }

    /** Starts probing; call once the exporter is serving. */
    public void start() {
        if (!timeout.isZero()) {
            task = Optional.of(PeriodicTask.startNow("watchdog-probe", timeout.dividedBy(3), this::probe));
        }
    }

    private void probe() {
        try {
            request(address, tls, Math.toIntExact(Math.max(1, timeout.toMillis() / 3)));
            responding = true;
            systemd.pingWatchdog();
        } catch (IOException e) {
            if (responding) {
                responding = false;
                LOG.warn(
                        "Self-probe of {} failed: {}; systemd will restart the service if it keeps failing. If"
                                + " IPAddressAllow= of the unit excludes this address, add it",
                        address,
                        ErrorText.of(e));
            }
        }
    }

    /** @throws IOException if there is no response within {@code timeoutMillis}, or an unexpected one */
    static void request(InetSocketAddress address, boolean tls, int timeoutMillis) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(timeoutMillis);
            socket.connect(address, timeoutMillis);
            socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            if (tls) {
                awaitTlsResponse(in);
                return;
            }
            String start = new String(in.readNBytes(STATUS_LINE_BYTES), StandardCharsets.ISO_8859_1);
            if (!EXPECTED_RESPONSES.contains(start)) {
                throw new IOException("unexpected response '" + start + "'");
            }
        }
    }

    /** A TLS alert, end of stream or reset: each proves that the server processed the request. */
    private static void awaitTlsResponse(InputStream in) throws SocketTimeoutException {
        try {
            int unused = in.read();
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            LOG.debug("Plain-text probe rejected by TLS listener", e);
        }
    }

    @Override
    public void close() {
        task.ifPresent(PeriodicTask::close);
    }
}
