package io.bev.avatar.common.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Native;
import io.bev.avatar.common.process.ListeningSocket;
import io.bev.avatar.common.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class ListenerStoreTest {

    private static final long PID = 42;

    @TempDir
    Path directory;

    @Test
    void store_listeningSocket_isPassedToSystemd() throws IOException {
        String path = directory.resolve("notify").toString();
        try (UnixDatagramReceiver systemd = new UnixDatagramReceiver(path);
                SystemdNotifier service = SystemdNotifier.of(Map.of("NOTIFY_SOCKET", path), PID, Ticker.system());
                ServerSocketChannel listener =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();

            ListenerStore.of(Map.of(), PID, service, "page").store(port);

            int[] passed = {-1};
            assertThat(systemd.receiveWithDescriptor(passed)).isEqualTo("FDSTORE=1\nFDNAME=page");
            ListeningSocket socket = ListeningSocket.on(port, Path.of("/proc")).get(0);
            assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + passed[0])))
                    .as("the same socket")
                    .isEqualTo(Path.of("socket:[" + socket.inode() + "]"));
        }
    }

    @Test
    void take_nothingPassedOrForAnotherProcess_isEmpty() {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080);
        for (Map<String, String> environment : List.of(
                Map.<String, String>of(),
                Map.of("LISTEN_PID", "7", "LISTEN_FDS", "1", "LISTEN_FDNAMES", "page"),
                Map.of("LISTEN_PID", "42", "LISTEN_FDS", "2", "LISTEN_FDNAMES", "page"),
                Map.of("LISTEN_PID", "42", "LISTEN_FDS", "1", "LISTEN_FDNAMES", "other"))) {
            assertThat(ListenerStore.of(environment, PID, SystemdNotifier.none(), "page")
                            .take(address))
                    .isEmpty();
        }
        assertThat(ListenerStore.none().take(address)).isEmpty();
    }

    @Test
    void address_ofEachFamily_isRead() throws IOException {
        byte[] four = new byte[28];
        ByteBuffer.wrap(four).order(ByteOrder.nativeOrder()).putShort(0, (short) 2);
        ByteBuffer.wrap(four).putShort(2, (short) 8080).position(4).put(new byte[] {127, 0, 0, 1});
        assertThat(ListenerStore.address(four))
                .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080));

        byte[] mapped = new byte[28];
        ByteBuffer.wrap(mapped).order(ByteOrder.nativeOrder()).putShort(0, (short) 10);
        ByteBuffer.wrap(mapped).putShort(2, (short) 65535).position(18).put(new byte[] {-1, -1, 127, 0, 0, 1});
        assertThat(ListenerStore.address(mapped))
                .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), 65535));

        assertThatThrownBy(() -> ListenerStore.address(new byte[28])).hasMessageContaining("address family 0");
    }

    /** A process with a listening socket at descriptor 3, as systemd starts it. */
    @Test
    void take_passedSocket_acceptsAConnectionMadeBefore_andAnotherAddressIsDiscarded() throws Exception {
        assertThat(child("127.0.0.1")).isEqualTo("accepted hello\n");
        assertThat(child("127.0.0.2")).isEqualTo("nothing\n");
    }

    private static String child(String expected) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        try (ServerSocketChannel listener =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                Socket client = new Socket()) {
            InetSocketAddress address = (InetSocketAddress) listener.getLocalAddress();
            int descriptor = ListeningSocket.ownDescriptor(address.getPort(), Path.of("/proc"))
                    .orElseThrow();
            client.connect(address);
            client.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
            Process process = new ProcessBuilder(
                            "python3",
                            "-c",
                            """
                            import ctypes, os, sys
                            libc = ctypes.CDLL(None, use_errno=True)
                            pid = os.pidfd_open(int(sys.argv[1]))
                            fd = libc.syscall(438, pid, int(sys.argv[2]), 0)
                            assert fd >= 0, os.strerror(ctypes.get_errno())
                            if fd != 3:
                                os.dup2(fd, 3)
                            os.set_inheritable(3, True)
                            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', LISTEN_FDNAMES='page')
                            os.execv(sys.argv[3], sys.argv[3:])
                            """,
                            Long.toString(ProcessHandle.current().pid()),
                            Integer.toString(descriptor),
                            java,
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            classPath(),
                            Child.class.getName(),
                            expected,
                            Integer.toString(address.getPort()))
                    .redirectErrorStream(false)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (InputStream out = process.getInputStream()) {
                String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
                process.waitFor();
                return text.lines()
                        .filter(line -> !line.contains("ListenerStore"))
                        .reduce("", (a, b) -> a + b + "\n");
            }
        }
    }

    private static String classPath() {
        return Stream.of(Child.class, ListenerStore.class, Native.class, LoggerFactory.class)
                .map(type ->
                        type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .collect(Collectors.joining(":"));
    }

    /** Takes the socket and reports what the first client sends. */
    static final class Child {
        public static void main(String[] arguments) throws Exception {
            ListenerStore store =
                    ListenerStore.of(System.getenv(), ProcessHandle.current().pid(), SystemdNotifier.none(), "page");
            InetSocketAddress address = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
            var listener = store.take(address);
            if (listener.isEmpty()) {
                System.out.println("nothing");
                return;
            }
            try (SocketChannel client = listener.get().accept()) {
                ByteBuffer bytes = ByteBuffer.allocate(5);
                while (bytes.hasRemaining() && client.read(bytes) >= 0) {}
                System.out.println("accepted " + new String(bytes.array(), StandardCharsets.US_ASCII));
            }
        }
    }
}
