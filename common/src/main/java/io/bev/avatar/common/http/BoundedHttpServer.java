package io.bev.avatar.common.http;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server with the interface of the JDK's, in which a slow client occupies neither a thread nor unlimited memory:
 * a handler runs once the request is complete, and its response is sent without the thread. Connections and bytes are
 * limited by {@link ConnectionLimits}, requests by {@link RequestGuard#checkForm}.
 *
 * <p>A request whose stated length exceeds the limit is passed to its handler without body. A body array passed to
 * {@code getResponseBody().write} in one call is not copied and must not be modified afterwards.
 */
public final class BoundedHttpServer extends HttpServer {

    /** Settings of a server. */
    public static final class Builder {

        private final InetSocketAddress address;
        private final String name;
        private Optional<ConnectionTable> connections = Optional.empty();
        private int threads = 4;
        private int maxBodyBytes = 1 << 20;
        private Optional<HttpsConfigurator> tls = Optional.empty();
        private Runnable first = () -> {};
        private Predicate<String> monitoring = path -> false;

        private Builder(InetSocketAddress address, String name) {
            this.address = address;
            this.name = name;
        }

        /** @param connections the table of this listener, with its limits */
        public Builder connections(ConnectionTable connections) {
            this.connections = Optional.of(connections);
            return this;
        }

        /** @param threads maximum number of handlers that run at once */
        public Builder threads(int threads) {
            this.threads = threads;
            return this;
        }

        /** @param bytes maximum size of a request body that is read */
        public Builder maxBodyBytes(int bytes) {
            this.maxBodyBytes = bytes;
            return this;
        }

        /** @param tls how to speak TLS; empty for plain HTTP */
        public Builder tls(Optional<HttpsConfigurator> tls) {
            this.tls = tls;
            return this;
        }

        /** @param first action of each thread, also the one for input and output, before its first request */
        public Builder firstOnThread(Runnable first) {
            this.first = first;
            return this;
        }

        /** @param path whether a path is served on reserved connections too */
        public Builder monitoring(Predicate<String> path) {
            this.monitoring = path;
            return this;
        }

        /**
         * Binds the address; the caller adds contexts and starts.
         *
         * @throws IOException when the address cannot be bound; the message names the address and the remedy
         */
        public BoundedHttpServer bind() throws IOException {
            return new BoundedHttpServer(this);
        }
    }

    private static final ConnectionLimits DEFAULT_LIMITS = ConnectionLimits.of(256, 4 << 20, 16 << 20);
    private static final int BACKLOG = 128;
    private static final int MAX_LINE_BYTES = 4096;
    private static final int MAX_HEADER_BYTES = 16384;
    /** Limits the data that the kernel buffers for a client that does not read. */
    private static final int SEND_BUFFER_BYTES = 256 << 10;

    private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(200);

    private final ConnectionTable table;
    private final EventLoopGroup loop;
    private final Channel listener;
    private final Optional<HttpsConfigurator> tls;
    private final int maxBodyBytes;
    private final Predicate<String> monitoring;
    private final Map<String, Context> contexts = new TreeMap<>();
    private volatile Executor executor;

    /**
     * @param address where to listen; port 0 selects a free one
     * @param name of the listener: prefix of the thread names, and in the log
     */
    public static Builder at(InetSocketAddress address, String name) {
        return new Builder(address, name);
    }

    private BoundedHttpServer(Builder settings) throws IOException {
        this.table = settings.connections.orElseGet(() -> new ConnectionTable(settings.name, DEFAULT_LIMITS));
        this.tls = settings.tls;
        this.maxBodyBytes = settings.maxBodyBytes;
        this.monitoring = settings.monitoring;
        ThreadPoolExecutor pool = BoundedExecutors.create(settings.name, settings.threads, BACKLOG, settings.first);
        this.executor = pool;
        this.loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory(settings.name + "-io", true), NioIoHandler.newFactory());
        loop.execute(settings.first);
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        connect(channel);
                    }
                })
                .bind(settings.address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            pool.shutdownNow();
            var unused = loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw new IOException(
                    "cannot listen on " + settings.address.getHostString() + ":" + settings.address.getPort() + ": "
                            + bound.cause().getMessage()
                            + "; stop the process that uses the port, or configure another port",
                    bound.cause());
        }
        this.listener = bound.channel();
    }

    private void connect(SocketChannel channel) {
        ConnectionGuard guard = ConnectionGuard.install(table, channel);
        if (guard == null) {
            return;
        }
        tls.ifPresent(configurator -> {
            SslHandler handler = new SslHandler(TlsEngines.create(configurator, channel), executor);
            handler.setHandshakeTimeout(table.limits().head().toMillis(), TimeUnit.MILLISECONDS);
            channel.pipeline().addLast(handler);
        });
        channel.pipeline()
                .addLast(new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(MAX_LINE_BYTES)
                        .setMaxHeaderSize(MAX_HEADER_BYTES)))
                .addLast(new FlowControlHandler())
                .addLast(new ExchangeHandler(this, guard));
    }

    int maxBodyBytes() {
        return maxBodyBytes;
    }

    /** Whether a reserved connection may request the path. */
    boolean isMonitoring(String path) {
        return monitoring.test(path);
    }

    /** The context with the longest path that is a prefix of {@code path}. */
    Optional<HttpContext> contextOf(String path) {
        synchronized (contexts) {
            Optional<HttpContext> found = Optional.empty();
            for (Context context : contexts.values()) {
                if (path.startsWith(context.path)) {
                    found = Optional.of(context); // sorted, so that longer ones come later
                }
            }
            return found;
        }
    }

    /** Open connections, held bytes and closed connections. */
    public ConnectionTable connections() {
        return table;
    }

    @Override
    public void bind(InetSocketAddress address, int backlog) throws IOException {
        throw new IOException("already bound to " + getAddress());
    }

    @Override
    public void start() {
        listener.config().setAutoRead(true);
        listener.read();
    }

    @Override
    public void setExecutor(Executor executor) {
        this.executor = executor;
    }

    @Override
    public Executor getExecutor() {
        return executor;
    }

    /** Stops listening and closes all connections; unfinished responses are sent for at most 0.2 s or {@code delay}. */
    @Override
    public void stop(int delay) {
        listener.close().awaitUninterruptibly();
        table.closeAll(delay > 0 ? Duration.ofSeconds(delay) : CLOSE_TIMEOUT);
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    @Override
    public HttpContext createContext(String path, HttpHandler handler) {
        HttpContext context = createContext(path);
        context.setHandler(handler);
        return context;
    }

    @Override
    public HttpContext createContext(String path) {
        Context context = new Context(path);
        synchronized (contexts) {
            contexts.put(path, context);
        }
        return context;
    }

    @Override
    public void removeContext(String path) {
        synchronized (contexts) {
            contexts.remove(path);
        }
    }

    @Override
    public void removeContext(HttpContext context) {
        removeContext(context.getPath());
    }

    @Override
    public InetSocketAddress getAddress() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** A path and its handler; without filters and authenticator. */
    private final class Context extends HttpContext {

        private final String path;
        private final Map<String, Object> attributes = new HashMap<>();
        private volatile @Nullable HttpHandler handler;

        Context(String path) {
            this.path = path;
        }

        @Override
        public HttpHandler getHandler() {
            HttpHandler set = handler;
            if (set == null) {
                throw new IllegalStateException(path + ": no handler");
            }
            return set;
        }

        @Override
        public void setHandler(HttpHandler handler) {
            this.handler = handler;
        }

        @Override
        public String getPath() {
            return path;
        }

        @Override
        public HttpServer getServer() {
            return BoundedHttpServer.this;
        }

        @Override
        public Map<String, Object> getAttributes() {
            return attributes;
        }

        @Override
        public List<Filter> getFilters() {
            return List.of();
        }

        @Override
        public @Nullable Authenticator setAuthenticator(Authenticator authenticator) {
            throw new UnsupportedOperationException("authenticate in the handler");
        }

        @Override
        public @Nullable Authenticator getAuthenticator() {
            return null;
        }
    }
}
