package io.bev.avatar.bench;

import io.bev.avatar.common.concurrent.DaemonThreads;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * TCP proxy in front of a local server that can delay its responses. While the server is unreachable, connections are closed
 * immediately.
 */
final class DelayProxy implements Closeable {

    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile long delayMillis;

    private DelayProxy(ServerSocket listener, int target) {
        this.listener = listener;
        this.target = target;
    }

    /** @param target port of the server on 127.0.0.1 */
    static DelayProxy to(int target) throws IOException {
        return to(target, InetAddress.getLoopbackAddress());
    }

    /** @param bind address to listen on */
    static DelayProxy to(int target, InetAddress bind) throws IOException {
        DelayProxy proxy = new DelayProxy(new ServerSocket(0, 64, bind), target);
        start(proxy::accept);
        return proxy;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Delays each response from now on; 0 for no delay. */
    void delay(long millis) {
        delayMillis = millis;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                open.add(client);
                start(() -> relay(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void relay(Socket client) {
        try (client;
                Socket server = new Socket()) {
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            server.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
            open.add(server);
            AtomicBoolean requested = new AtomicBoolean();
            start(() -> copy(client, server, n -> requested.set(true)));
            copy(server, client, n -> delayOnce(requested));
            open.remove(server);
        } catch (IOException e) {
            // The server is unreachable: close the client's socket.
        } finally {
            open.remove(client);
        }
    }

    /** Once per request: the chunks of one response are not delayed separately. */
    private void delayOnce(AtomicBoolean requested) throws InterruptedException {
        if (requested.getAndSet(false) && delayMillis > 0) {
            Thread.sleep(delayMillis);
        }
    }

    /** Action before a chunk of bytes is forwarded. */
    private interface Before {
        void chunk(int bytes) throws InterruptedException;
    }

    private static void copy(Socket from, Socket to, Before before) {
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                before.chunk(n);
                out.write(buffer, 0, n);
                out.flush();
            }
            to.close();
        } catch (IOException e) {
            closeQuietly(to);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing left to close.
        }
    }

    private static void start(Runnable work) {
        DaemonThreads.start("delay-proxy", work);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        open.forEach(DelayProxy::closeQuietly);
    }
}
