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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
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
        HttpServer first = BoundedHttpServer.create(FREE, "first", 2);
        try {
            InetSocketAddress taken = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), first.getAddress().getPort());
            assertThatThrownBy(() -> BoundedHttpServer.create(taken, "second", 2))
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
        HttpServer server = BoundedHttpServer.create(FREE, "small", 2);
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
