package io.bev.avatar.common.systemd;

import io.bev.avatar.common.time.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service's side of {@code sd_notify(3)}. Outside systemd every call does nothing. Thread-safe; a failed notification
 * is logged once and never affects the caller.
 */
public final class SystemdNotifier implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SystemdNotifier.class);
    private static final int STATUS_CHARACTERS = 200;

    private final @Nullable NotifySocket socket;
    private final Optional<Duration> watchdogTimeout;
    private final Ticker ticker;
    private boolean faultLogged;
    private boolean closed;
    private boolean pinged;
    private long lastPingNanos;
    private String lastStatus = "";

    SystemdNotifier(@Nullable NotifySocket socket, Optional<Duration> watchdogTimeout, Ticker ticker) {
        this.socket = socket;
        this.watchdogTimeout = watchdogTimeout;
        this.ticker = ticker;
    }

    /**
     * From {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and {@code WATCHDOG_PID} of {@code environment}.
     *
     * @param pid id of this process; a watchdog for another process is ignored
     */
    public static SystemdNotifier of(Map<String, String> environment, long pid, Ticker ticker) {
        String path = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (path.isEmpty()) {
            return none();
        }
        try {
            return new SystemdNotifier(new UnixDatagramSocket(path), watchdogTimeout(environment, pid), ticker);
        } catch (IOException e) {
            LOG.error("systemd notification disabled: {}", e.getMessage());
            return none();
        }
    }

    /** Without systemd: every call does nothing. */
    public static SystemdNotifier none() {
        return new SystemdNotifier(null, Optional.empty(), Ticker.system());
    }

    private static Optional<Duration> watchdogTimeout(Map<String, String> environment, long pid) {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String meantFor = environment.getOrDefault("WATCHDOG_PID", "");
        if (!micros.matches("[1-9]\\d{0,14}") || !(meantFor.isEmpty() || meantFor.equals(Long.toString(pid)))) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofNanos(Long.parseLong(micros) * 1000));
    }

    /** Whether systemd listens. */
    public boolean present() {
        return socket != null;
    }

    /** Maximum time between watchdog pings before systemd ends the process; empty without a watchdog. */
    public Optional<Duration> watchdogTimeout() {
        return watchdogTimeout;
    }

    /** The service is up, or done with reloading. */
    public void ready() {
        send("READY=1");
    }

    /** The service reloads its configuration; {@link #ready} follows. */
    public void reloading() {
        // systemd compares this stamp with CLOCK_MONOTONIC, which is System.nanoTime() on Linux.
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
    }

    /** The service is stopping. */
    public void stopping() {
        send("STOPPING=1");
    }

    /** One line for {@code systemctl status}; sent when it differs from the last. */
    public void status(String line) {
        String oneLine = line.replaceAll("\\s+", " ").strip();
        String cut = oneLine.length() > STATUS_CHARACTERS ? oneLine.substring(0, STATUS_CHARACTERS) : oneLine;
        synchronized (this) {
            if (cut.equals(lastStatus)) {
                return;
            }
            lastStatus = cut;
        }
        send("STATUS=" + cut);
    }

    /** The service failed; {@code errno} as in errno.h. */
    public void failed(int errno, String line) {
        send("ERRNO=" + errno + "\nSTATUS=" + line.replaceAll("\\s+", " "));
    }

    /**
     * Pings the watchdog, at most twice per timeout. Called only when the service has done its work, so that a frozen service
     * misses its pings.
     */
    public void pingWatchdog() {
        if (watchdogTimeout.isEmpty()) {
            return;
        }
        long now = ticker.nanos();
        synchronized (this) {
            if (pinged && now - lastPingNanos < watchdogTimeout.get().toNanos() / 2) {
                return;
            }
            pinged = true;
            lastPingNanos = now;
        }
        send("WATCHDOG=1");
    }

    /**
     * Gives systemd a duplicate of a file descriptor, which the next process of the service receives. Needs {@code
     * FileDescriptorStoreMax=} in the unit.
     *
     * @param name letters
     */
    public void storeDescriptor(String name, int descriptor) {
        send("FDSTORE=1\nFDNAME=" + name, OptionalInt.of(descriptor));
    }

    /** Closes the file descriptors that systemd stores by this name. */
    public void removeDescriptors(String name) {
        send("FDSTOREREMOVE=1\nFDNAME=" + name);
    }

    private void send(String message) {
        send(message, OptionalInt.empty());
    }

    private synchronized void send(String message, OptionalInt descriptor) {
        if (socket == null || closed) {
            return;
        }
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        try {
            if (descriptor.isPresent()) {
                socket.send(bytes, descriptor.getAsInt());
            } else {
                socket.send(bytes);
            }
            faultLogged = false;
        } catch (IOException e) {
            if (!faultLogged) {
                faultLogged = true;
                LOG.warn("systemd notification failed: {}", e.getMessage());
            }
        }
    }

    @Override
    public synchronized void close() {
        if (socket != null && !closed) {
            closed = true;
            socket.close();
        }
    }
}
