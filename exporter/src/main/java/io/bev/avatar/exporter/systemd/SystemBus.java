package io.bev.avatar.exporter.systemd;

import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.common.time.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.messages.Error;
import org.freedesktop.dbus.messages.Message;
import org.freedesktop.dbus.messages.MethodCall;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a D-Bus message bus, opened on demand and reopened after a failure. Calls are sent together and
 * their replies awaited together, so that many calls cost one round trip. Used by one thread; an interrupt ends any
 * wait.
 */
public final class SystemBus implements AutoCloseable {

    /** A method call; the arguments match the D-Bus {@code signature}. */
    record Call(String path, String interfaceName, String method, String signature, List<Object> arguments) {
        Call {
            arguments = List.copyOf(arguments);
        }
    }

    /** A reply: its parameters, or an error text. */
    record Reply(List<Object> parameters, @Nullable String error) {}

    /** Time for which dbus-java retries to connect, every 500 ms. Minimal: the next scrape retries. */
    private static final int CONNECT_MILLIS = 1;

    /** Start of the address of a socket file. */
    private static final String SOCKET = "unix:path=";

    private final String address;
    private final String destination;
    private final Ticker ticker;
    private @Nullable DBusConnection connection;

    /**
     * @param address D-Bus address, such as {@code unix:path=/run/dbus/system_bus_socket}
     * @param destination bus name of the called service
     */
    public SystemBus(String address, String destination, Ticker ticker) {
        this.address = address;
        this.destination = destination;
        this.ticker = ticker;
    }

    /** Sends {@code calls} and returns all replies, in order. */
    List<Reply> callAll(List<Call> calls, Duration timeout) throws BusException, InterruptedException {
        boolean reused = connection != null;
        long deadline = ticker.nanos() + timeout.toNanos();
        try {
            return exchange(calls, deadline);
        } catch (ConnectionLostException e) {
            if (!reused) {
                throw e;
            }
            // The bus may have restarted since the connection was opened: reconnect once.
            return exchange(calls, deadline);
        }
    }

    private List<Reply> exchange(List<Call> calls, long deadline) throws BusException, InterruptedException {
        DBusConnection bus = connect();
        boolean complete = false;
        try {
            List<MethodCall> sent = new ArrayList<>(calls.size());
            for (Call call : calls) {
                MethodCall message = message(bus, call);
                bus.sendMessage(message);
                sent.add(message);
            }
            List<Reply> replies = new ArrayList<>(sent.size());
            for (MethodCall call : sent) {
                replies.add(await(call, deadline));
            }
            if (!bus.isConnected()) {
                throw new ConnectionLostException("D-Bus at " + address + " closed the connection");
            }
            complete = true;
            return replies;
        } catch (DBusException | DBusExecutionException | RejectedExecutionException e) {
            throw new ConnectionLostException("D-Bus at " + address + " failed: " + e.getMessage(), e);
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    private MethodCall message(DBusConnection bus, Call call) throws DBusException {
        return bus.getMessageFactory()
                .createMethodCall(
                        null,
                        destination,
                        call.path(),
                        call.interfaceName(),
                        call.method(),
                        (byte) 0,
                        call.signature(),
                        call.arguments().toArray());
    }

    private Reply await(MethodCall call, long deadline) throws BusException, InterruptedException, DBusException {
        long leftMillis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - ticker.nanos()));
        Message reply = call.getReply(leftMillis);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (reply == null) {
            throw new BusException(destination + " did not reply to " + call.getName() + " over D-Bus at " + address
                    + " in time; see 'systemctl status dbus'");
        }
        if (reply instanceof Error error) {
            return new Reply(List.of(), String.valueOf(error.getException().getMessage()));
        }
        return new Reply(List.of(reply.getParameters()), null);
    }

    private DBusConnection connect() throws BusException, InterruptedException {
        if (connection != null && connection.isConnected()) {
            return connection;
        }
        close();
        requireSocket();
        try {
            DBusConnection fresh = DBusConnectionBuilder.forAddress(address)
                    .withShared(false)
                    .receivingThreadConfig()
                    .withMethodCallThreadCount(1)
                    .withSignalThreadCount(1)
                    .withErrorHandlerThreadCount(1)
                    .withMethodReturnThreadCount(1)
                    .connectionConfig()
                    .transportConfig()
                    .withTimeout(CONNECT_MILLIS)
                    // Registering may fail, and then the connection must be closed here.
                    .withRegisterSelf(false)
                    .back()
                    .build();
            connection = fresh;
            fresh.register();
            return fresh;
        } catch (DBusException | DBusExecutionException e) {
            close();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw unavailable(reason(e), e);
        }
    }

    /** A host without a bus has no socket; dbus-java would start four threads in each scrape to learn that. */
    private void requireSocket() throws BusException {
        String path = address.startsWith(SOCKET) ? address.substring(SOCKET.length()) : "";
        if (path.matches("/[^,;%]+") && !Files.exists(Path.of(path))) {
            NoSuchFileException missing = new NoSuchFileException(path);
            throw unavailable(ErrorText.of(missing), missing);
        }
    }

    private BusException unavailable(String reason, Exception cause) {
        return new BusException(
                "no D-Bus at " + address + ": this host does not run the system bus, or this user has no access ("
                        + reason + ")",
                "start dbus or exclude the collector",
                cause);
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return ErrorText.of(root);
    }

    @Override
    public void close() {
        DBusConnection old = connection;
        connection = null;
        if (old != null) {
            try {
                old.close();
            } catch (IOException e) {
                throw new UncheckedIOException("D-Bus at " + address + " cannot be closed", e);
            }
        }
    }
}
