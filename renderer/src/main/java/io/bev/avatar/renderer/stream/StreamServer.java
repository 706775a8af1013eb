package io.bev.avatar.renderer.stream;

import io.bev.avatar.common.http.ConnectionGuard;
import io.bev.avatar.common.http.ConnectionTable;
import io.bev.avatar.common.http.RequestGuard;
import io.bev.avatar.common.systemd.ListenerStore;
import io.bev.avatar.common.time.Ticker;
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
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP server for the page, the streams and the API. Two event loops serve all connections; updates run on a separate
 * thread, because persisting them may block on disk.
 */
public final class StreamServer implements AutoCloseable {

    static final int MAX_LINE_BYTES = 4096;
    static final int MAX_HEADER_BYTES = 16384;

    private static final Logger LOG = LoggerFactory.getLogger(StreamServer.class);

    private static final int EVENT_LOOPS = 2;
    private static final int BACKLOG = 128;
    private static final int MAX_QUEUED_UPDATES = 64;
    private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(200);
    /**
     * Limits the data buffered by the kernel for a viewer that has stopped reading, and so the age of its next frame.
     */
    private static final int SEND_BUFFER_BYTES = 256 << 10;

    private final StreamSettings settings;
    private final LatestFrameHub hub;
    private final RequestGuard guard;
    private final EventLoopGroup loops;
    private final ThreadPoolExecutor updates;
    private final StateBroadcaster announcer;
    private final HttpRoutes endpoints;
    private final ConnectionTable connections;
    private final Optional<SoundBroadcaster> sound;
    private final ListenerStore store;
    private @Nullable Channel listener;
    /** Whether the listener was opened by an earlier process: see {@link ListenerStore#take}. */
    private boolean inherited;

    /** A server without sound; the hub is not closed by it. */
    public StreamServer(StreamSettings settings, LatestFrameHub hub, PageBackend model) {
        this(settings, hub, model, false, ListenerStore.none());
    }

    /**
     * @param hub not closed by the server
     * @param speaks whether the avatar can speak
     * @param store keeps the listening socket during restarts
     */
    public StreamServer(
            StreamSettings settings, LatestFrameHub hub, PageBackend model, boolean speaks, ListenerStore store) {
        this.store = store;
        this.sound = speaks ? Optional.of(new SoundBroadcaster(Ticker.system())) : Optional.empty();
        this.settings = settings;
        this.hub = hub;
        this.connections = new ConnectionTable("page", settings.limits());
        this.guard = RequestGuard.allowing(settings.allowedHosts());
        this.loops = new MultiThreadIoEventLoopGroup(
                EVENT_LOOPS, new DefaultThreadFactory("stream", true), NioIoHandler.newFactory());
        this.updates = new ThreadPoolExecutor(
                1,
                1,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_QUEUED_UPDATES),
                new DefaultThreadFactory("stream-updates", true));
        this.announcer = new StateBroadcaster(model, loops.next());
        this.endpoints = new HttpRoutes(
                hub, model, announcer, updates, settings.stallTimeout().toNanos(), sound);
    }

    /**
     * Starts listening.
     *
     * @throws IOException when the address cannot be bound; the message names it and the remedy
     */
    public void start() throws IOException {
        InetSocketAddress address = new InetSocketAddress(settings.bind(), settings.port());
        if (address.isUnresolved()) {
            throw new IOException("cannot listen on " + settings.bind()
                    + ": unknown host; set renderer.bind to an address of this host");
        }
        Optional<ServerSocketChannel> kept = store.take(address);
        inherited = kept.isPresent();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channelFactory(() -> kept.map(NioServerSocketChannel::new).orElseGet(NioServerSocketChannel::new))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        connect(channel);
                    }
                });
        ChannelFuture bound = (inherited ? bootstrap.register() : bootstrap.bind(address)).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + settings.bind() + ":" + settings.port() + ": "
                            + bound.cause().getMessage()
                            + "; stop the process that uses the port, or set another with renderer.port"
                            + " (BEV_AVATAR_PORT)",
                    bound.cause());
        }
        listener = bound.channel();
        announcer.start();
        if (!inherited) {
            store.store(port());
        }
        LOG.info(
                "page available at http://{}:{}/{}",
                settings.bind(),
                port(),
                inherited ? ", on the socket of the previous process" : "");
    }

    /** Sound and captions for viewers; empty unless the avatar can speak. */
    public Optional<SoundOutput> sound() {
        return sound.map(all -> all);
    }

    /** The listening port; 0 before {@link #start}. */
    public int port() {
        return listener != null && listener.localAddress() instanceof InetSocketAddress address ? address.getPort() : 0;
    }

    /**
     * Schedules sending the changed state to viewers, once for a burst of changes. Callable from any thread; never
     * blocks.
     */
    public void stateChanged() {
        announcer.stateChanged();
    }

    /** Stops listening, disconnects viewers and stops the threads. */
    @Override
    public void close() {
        if (listener != null && inherited) {
            listener.deregister().awaitUninterruptibly();
        } else if (listener != null) {
            listener.close().awaitUninterruptibly();
        }
        announcer.stop();
        hub.disconnectAll("the renderer is stopping");
        updates.shutdown();
        connections.closeAll(CLOSE_TIMEOUT);
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }

    /** Open connections, held bytes and closed connections. */
    public ConnectionTable connections() {
        return connections;
    }

    private void connect(SocketChannel channel) {
        ConnectionGuard connection = ConnectionGuard.install(connections, channel);
        if (connection == null) {
            return;
        }
        channel.pipeline()
                .addLast(new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(MAX_LINE_BYTES)
                        .setMaxHeaderSize(MAX_HEADER_BYTES)))
                .addLast(new FlowControlHandler())
                .addLast(new RequestHandler(guard, endpoints, connection));
    }
}
