package io.bev.avatar.common.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BoundedHttpServerTest {

    private static final InetSocketAddress FREE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private static Socket ask(HttpServer server, String path) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.getAddress().getPort());
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String status(Socket socket) throws IOException {
        byte[] start = socket.getInputStream().readNBytes(12);
        return new String(start, StandardCharsets.US_ASCII);
    }

    @Test
    void create_portTaken_reportsWhichAndWhatToDo() throws Exception {
        HttpServer first = BoundedHttpServer.at(FREE, "first").threads(2).bind();
        try {
            InetSocketAddress taken = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), first.getAddress().getPort());
            assertThatThrownBy(() ->
                            BoundedHttpServer.at(taken, "second").threads(2).bind())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot listen on")
                    .hasMessageContaining(":" + first.getAddress().getPort())
                    .hasMessageContaining("stop the process that uses the port");
        } finally {
            first.stop(0);
        }
    }

    @Test
    void serve_moreRequestsThanThreadsAndQueue_rejectsThoseAndContinues() throws Exception {
        Semaphore entered = new Semaphore(0);
        CountDownLatch release = new CountDownLatch(1);
        HttpServer server = BoundedHttpServer.at(FREE, "small").threads(2).bind();
        server.createContext("/slow", exchange -> {
            entered.release();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        List<Socket> clients = new ArrayList<>();
        try {
            clients.add(ask(server, "/slow"));
            clients.add(ask(server, "/slow"));
            assertThat(entered.tryAcquire(2, 20, SECONDS)).isTrue();
            for (int i = 0; i < 300; i++) {
                clients.add(ask(server, "/slow"));
            }
            release.countDown();

            long served = 0;
            long rejected = 0;
            for (Socket client : clients) {
                if (statusOrClosed(client).startsWith("HTTP/1.1 200")) {
                    served++;
                } else {
                    rejected++;
                }
            }
            assertThat(served).isGreaterThanOrEqualTo(2);
            assertThat(served + rejected).isEqualTo(302);
            try (Socket later = ask(server, "/slow")) {
                assertThat(status(later)).isEqualTo("HTTP/1.1 200");
            }
        } finally {
            for (Socket client : clients) {
                client.close();
            }
            server.stop(0);
        }
    }

    /** Answers with 200 kB. */
    private static BoundedHttpServer serving(ConnectionLimits limits) throws IOException {
        BoundedHttpServer server = BoundedHttpServer.at(FREE, "limited")
                .connections(new ConnectionTable("limited", limits))
                .threads(2)
                .monitoring(path -> path.equals("/health"))
                .bind();
        server.createContext("/", exchange -> {
            byte[] body = new byte[200_000];
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        });
        server.start();
        return server;
    }

    private static ConnectionLimits limits(int connections) {
        Duration timeout = Duration.ofSeconds(10);
        return new ConnectionLimits(connections, connections, 2, 1 << 20, 4 << 20, timeout, timeout, timeout, timeout);
    }

    @Test
    void clientsThatNeverRead_areBoundedInBytes_andOthersAreServed() throws Exception {
        BoundedHttpServer server = serving(limits(200));
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 150; i++) {
                Socket client = new Socket();
                client.setReceiveBufferSize(4096);
                client.connect(server.getAddress());
                client.getOutputStream()
                        .write("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                .repeat(3)
                                .getBytes(StandardCharsets.US_ASCII));
                clients.add(client);
                assertThat(server.connections().heldBytes()).isLessThanOrEqualTo(4 << 20);
            }
            for (int i = 0; i < 20; i++) {
                try (Socket reader = ask(server, "/health")) {
                    assertThat(status(reader)).isEqualTo("HTTP/1.1 200");
                }
                assertThat(server.connections().heldBytes()).isLessThanOrEqualTo(4 << 20);
            }
        } finally {
            close(server, clients);
        }
    }

    @Test
    void idleAndSlowClients_yieldToNewOnes() throws Exception {
        BoundedHttpServer server = serving(limits(50));
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                Socket client = new Socket(
                        InetAddress.getLoopbackAddress(), server.getAddress().getPort());
                if (i % 2 == 0) {
                    client.getOutputStream().write("GET / HTTP/1.1\r\nHo".getBytes(StandardCharsets.US_ASCII));
                }
                clients.add(client);
            }
            try (Socket reader = ask(server, "/")) {
                assertThat(status(reader)).isEqualTo("HTTP/1.1 200");
            }
            assertThat(server.connections().open()).isLessThanOrEqualTo(50);
            assertThat(server.connections().closedByReason().get("evicted")).isGreaterThanOrEqualTo(200L);
        } finally {
            close(server, clients);
        }
    }

    @Test
    void slowHead_isClosedAfterItsTotalTime_evenIfBytesKeepComing() throws Exception {
        Duration head = Duration.ofMillis(300);
        Duration other = Duration.ofMinutes(5);
        BoundedHttpServer server =
                serving(new ConnectionLimits(10, 10, 2, 1 << 20, 4 << 20, other, head, other, other));
        try (Socket client =
                new Socket(InetAddress.getLoopbackAddress(), server.getAddress().getPort())) {
            client.getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
            while (server.connections().closedByReason().getOrDefault("timeout", 0L) == 0) {
                try {
                    client.getOutputStream().write("X: y\r\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException closed) {
                    assertThat(closed).isNotNull();
                }
                Thread.sleep(20);
            }
        } finally {
            server.stop(0);
        }
    }

    @Test
    void busyConnections_leaveSomeForMonitoring() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        BoundedHttpServer server = serving(limits(4));
        server.createContext("/slow", exchange -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(200, -1);
        });
        server.createContext("/health", exchange -> exchange.sendResponseHeaders(200, -1));
        server.setExecutor(BoundedExecutors.create("busy", 8, 8));
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                clients.add(ask(server, "/slow"));
            }
            await(() -> server.connections().open() == 4);
            for (int i = 0; i < 10; i++) {
                try (Socket monitor = ask(server, "/health");
                        Socket other = ask(server, "/")) {
                    String rejected = statusOrClosed(other);
                    assertThat(statusOrClosed(monitor)).isIn("HTTP/1.1 200", "");
                    assertThat(rejected).isIn("HTTP/1.1 503", "", "closed");
                }
            }
        } finally {
            release.countDown();
            close(server, clients);
        }
    }

    @Test
    void request_ambiguousHead_isRejected() throws Exception {
        BoundedHttpServer server = serving(limits(20));
        try {
            assertThat(raw(server, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"))
                    .isEqualTo("HTTP/1.1 400");
            assertThat(raw(server, "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .isEqualTo("HTTP/1.1 400");
            assertThat(raw(server, "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n"))
                    .isEqualTo("HTTP/1.1 400");
            assertThat(raw(
                            server,
                            String.join(
                                    "\r\n",
                                    "POST / HTTP/1.1",
                                    "Host: localhost",
                                    "Transfer-Encoding: chunked",
                                    "Content-Length: 3",
                                    "",
                                    "")))
                    .isEqualTo("HTTP/1.1 400");
            assertThat(raw(server, "GET //evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .isEqualTo("HTTP/1.1 400");
        } finally {
            server.stop(0);
        }
    }

    private static String raw(HttpServer server, String request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.getAddress().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return status(socket);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(5);
        }
    }

    private static void close(HttpServer server, List<Socket> clients) throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        server.stop(0);
    }

    private static String statusOrClosed(Socket client) {
        try {
            return status(client);
        } catch (IOException e) {
            return "closed";
        }
    }

    @Test
    void pool_oneTaskAfterAnother_usesOneThread() throws Exception {
        ThreadPoolExecutor pool = BoundedExecutors.create("test", 8, 4);
        try {
            for (int i = 0; i < 50; i++) {
                pool.submit(() -> "done").get(20, SECONDS);
                while (pool.getActiveCount() > 0) {
                    Thread.onSpinWait();
                }
            }
            assertThat(pool.getLargestPoolSize()).isLessThan(8);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void pool_threadsBusyAndQueueFull_rejects() throws Exception {
        ThreadPoolExecutor pool = BoundedExecutors.create("test", 2, 3);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch finished = new CountDownLatch(5);
        Runnable blocked = () -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            finished.countDown();
        };
        try {
            for (int i = 0; i < 5; i++) {
                pool.execute(blocked);
            }
            assertThat(pool.getPoolSize()).isEqualTo(2);
            assertThatThrownBy(() -> pool.execute(blocked)).isInstanceOf(RejectedExecutionException.class);

            release.countDown();
            assertThat(finished.await(20, SECONDS)).isTrue();
        } finally {
            pool.shutdownNow();
        }
    }
}
