package io.bev.avatar.common.systemd;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import io.bev.avatar.common.process.ListeningSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listening socket that systemd keeps while the service restarts ({@code FileDescriptorStoreMax=1}), so that clients wait
 * for the next process instead of being refused. systemd closes it when the service is stopped.
 */
public final class ListenerStore {

    private static final Logger LOG = LoggerFactory.getLogger(ListenerStore.class);

    /** The first file descriptor that systemd passes, see sd_listen_fds(3). */
    private static final int FIRST_DESCRIPTOR = 3;

    private static final Path PROC = Path.of("/proc");

    /** Raw names of {@code unistd.h}. */
    interface LibC extends Library {
        int AF_INET = 2;
        int AF_INET6 = 10;

        int dup2(int from, int to) throws LastErrorException;

        /** @param address {@code struct sockaddr_in} or {@code sockaddr_in6} */
        int getsockname(int descriptor, byte[] address, int[] length) throws LastErrorException;

        int close(int descriptor) throws LastErrorException;
    }

    private final SystemdNotifier service;
    private final String storedName;
    private boolean passed;

    private ListenerStore(SystemdNotifier service, String storedName, boolean passed) {
        this.service = service;
        this.storedName = storedName;
        this.passed = passed;
    }

    /**
     * From {@code LISTEN_PID}, {@code LISTEN_FDS} and {@code LISTEN_FDNAMES} of {@code environment}.
     *
     * @param pid id of this process
     * @param name of the socket in the store, letters
     */
    public static ListenerStore of(Map<String, String> environment, long pid, SystemdNotifier service, String name) {
        boolean passed = environment.getOrDefault("LISTEN_PID", "").equals(Long.toString(pid))
                && environment.getOrDefault("LISTEN_FDS", "").equals("1")
                && environment.getOrDefault("LISTEN_FDNAMES", "").equals(name);
        return new ListenerStore(service, name, passed);
    }

    /** Without systemd: nothing is stored. */
    public static ListenerStore none() {
        return new ListenerStore(SystemdNotifier.none(), "", false);
    }

    /**
     * The socket of the previous process, if it listens on {@code address}; a socket on another address is closed. Never close the
     * channel: the JDK then redirects standard output and error to {@code /dev/null}. It ends with the process.
     */
    public synchronized Optional<ServerSocketChannel> take(InetSocketAddress address) {
        if (!passed) {
            return Optional.empty();
        }
        passed = false;
        try {
            LibC libc = Native.load("c", LibC.class);
            byte[] name = new byte[28];
            libc.getsockname(FIRST_DESCRIPTOR, name, new int[] {name.length});
            InetSocketAddress found = address(name);
            if (matches(found, address)) {
                // The JDK adopts standard input only.
                libc.dup2(FIRST_DESCRIPTOR, 0);
                libc.close(FIRST_DESCRIPTOR);
                if (System.inheritedChannel() instanceof ServerSocketChannel listener) {
                    return Optional.of(listener);
                }
                throw new IOException("not a listening socket");
            }
            LOG.info("socket kept by systemd discarded: found {}, expected {}", found, address);
            libc.close(FIRST_DESCRIPTOR);
        } catch (LastErrorException | UnsatisfiedLinkError | IOException e) {
            LOG.warn("socket kept by systemd cannot be used, connections failed during the restart: {}", e.toString());
        }
        service.removeDescriptors(storedName);
        return Optional.empty();
    }

    /** Gives the socket that listens on {@code port} to systemd, for the next process. */
    public void store(int port) {
        if (!service.present()) {
            return;
        }
        try {
            OptionalInt descriptor = ListeningSocket.ownDescriptor(port, PROC);
            if (descriptor.isPresent()) {
                service.storeDescriptor(storedName, descriptor.getAsInt());
                return;
            }
            LOG.warn("socket on port {} not found in /proc/self/fd: connections fail during restarts", port);
        } catch (IOException e) {
            LOG.warn("socket on port {} not stored, connections fail during restarts: {}", port, e.toString());
        }
    }

    private static boolean matches(InetSocketAddress found, InetSocketAddress expected) {
        InetAddress wanted = expected.getAddress();
        return found.getPort() == expected.getPort()
                && (found.getAddress().equals(wanted)
                        || (wanted.isAnyLocalAddress() && found.getAddress().isAnyLocalAddress()));
    }

    /** The address in a {@code struct sockaddr}; an IPv4 address in IPv6 notation is one of IPv4. */
    static InetSocketAddress address(byte[] sockaddr) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(sockaddr);
        int family = bytes.order(ByteOrder.nativeOrder()).getShort(0);
        int port = bytes.order(ByteOrder.BIG_ENDIAN).getShort(2) & 0xffff;
        return switch (family) {
            case LibC.AF_INET ->
                new InetSocketAddress(InetAddress.getByAddress(Arrays.copyOfRange(sockaddr, 4, 8)), port);
            case LibC.AF_INET6 ->
                new InetSocketAddress(InetAddress.getByAddress(Arrays.copyOfRange(sockaddr, 8, 24)), port);
            default -> throw new IOException("socket of address family " + family + ": expected IPv4 or IPv6");
        };
    }
}
