package io.bev.avatar.renderer.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.http.RequestGuard.Rejection;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HTTP routes and their handlers. */
final class HttpRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(HttpRoutes.class);

    private static final Set<String> READ = Set.of("GET", "HEAD");
    private static final Set<String> WRITE = Set.of("POST");
    private static final Set<String> BOTH = Set.of("GET", "HEAD", "POST");

    /** Maximum age of the last frame for readiness; many times the idle interval. */
    private static final long MAX_READY_FRAME_AGE_MILLIS = 5000;

    /** Minimum time between two saved images, each of which delays the stream by a frame. */
    private static final long IMAGE_INTERVAL_NANOS = 500_000_000L;

    private static final Set<String> WORKING = Set.of("ok", "degraded");

    private record Endpoint(Set<String> methods, Consumer<HttpExchangeContext> action) {}

    private final LatestFrameHub hub;
    private final PageBackend model;
    private final StateBroadcaster announcer;
    private final Executor updates;
    private final long stallNanos;
    private final AtomicLong lastImageNanos = new AtomicLong();
    private final Optional<SoundBroadcaster> sound;
    private final Map<String, Endpoint> byPath = new TreeMap<>();

    /**
     * @param updates runs the model's submissions sequentially, outside the event loops
     * @param sound empty if the avatar cannot speak
     */
    HttpRoutes(
            LatestFrameHub hub,
            PageBackend model,
            StateBroadcaster announcer,
            Executor updates,
            long stallNanos,
            Optional<SoundBroadcaster> sound) {
        this.sound = sound;
        this.hub = hub;
        this.model = model;
        this.announcer = announcer;
        this.updates = updates;
        this.stallNanos = stallNanos;
        PageFiles files = PageFiles.load();
        files.paths().forEach(path -> read(path, exchange -> page(files, exchange)));
        read("/ws", this::webSocket);
        read("/stream.mjpeg", this::mjpeg);
        read("/snapshot.jpg", exchange -> Snapshot.send(hub, exchange));
        read("/image.jpg", this::image);
        read("/health", exchange -> exchange.reply(health()));
        read("/history", exchange -> exchange.reply(Reply.json(200, model.history())));
        read("/health/live", exchange -> exchange.reply(Reply.json(200, object().put("status", "live"))));
        read("/health/ready", exchange -> exchange.reply(ready()));
        byPath.put("/say", new Endpoint(WRITE, exchange -> speak(exchange, model.say(exchange.body()))));
        byPath.put("/say/stop", new Endpoint(WRITE, exchange -> speak(exchange, model.stopSpeaking())));
        byPath.put("/state", new Endpoint(BOTH, this::state));
        byPath.put(
                "/osint", new Endpoint(WRITE, exchange -> submit(exchange, () -> model.submitOsint(exchange.body()))));
    }

    /** The error response if no endpoint serves the request. */
    Optional<Reply> routingError(HttpMethod method, String path) {
        Endpoint endpoint = byPath.get(path);
        if (endpoint == null) {
            ObjectNode error = Reply.errorDocument(404, "no such path");
            ArrayNode paths = error.putArray("paths");
            byPath.keySet().forEach(paths::add);
            return Optional.of(Reply.json(404, error));
        }
        if (!endpoint.methods().contains(method.name())) {
            String allowed = String.join(", ", new TreeSet<>(endpoint.methods()));
            return Optional.of(
                    Reply.error(405, "method not allowed, expected " + allowed).with("Allow", allowed));
        }
        return Optional.empty();
    }

    /** The rejection of an update without the password that it needs. */
    Optional<Rejection> updateRejection(@Nullable String authorization, String client) {
        return model.checkUpdate(authorization, client);
    }

    /** Whether the path is served on connections reserved for monitoring. */
    boolean isMonitoring(String path) {
        return path.equals("/health") || path.startsWith("/health/");
    }

    /** Serves a request that is not {@link #routingError}. */
    void handle(HttpExchangeContext exchange) {
        Endpoint endpoint = byPath.get(exchange.path());
        if (endpoint == null) {
            throw new IllegalStateException(exchange.path() + ": no endpoint");
        }
        endpoint.action().accept(exchange);
    }

    /** Called when a viewer's connection is established. */
    void viewerConnected(FrameViewer viewer) {
        if (viewer instanceof WebSocketViewer webSocket) {
            announcer.join(webSocket);
            sound.ifPresent(all -> all.join(webSocket));
        }
    }

    private void read(String path, Consumer<HttpExchangeContext> action) {
        byPath.put(path, new Endpoint(READ, action));
    }

    private void page(PageFiles files, HttpExchangeContext exchange) {
        exchange.reply(files.get(exchange.path(), exchange.header(HttpHeaderNames.IF_NONE_MATCH)));
    }

    private void webSocket(HttpExchangeContext exchange) {
        boolean upgrade = exchange.header(HttpHeaderNames.UPGRADE)
                .filter(HttpHeaderValues.WEBSOCKET::contentEqualsIgnoreCase)
                .isPresent();
        boolean complete = exchange.header(HttpHeaderNames.SEC_WEBSOCKET_KEY).isPresent()
                && exchange.header(HttpHeaderNames.SEC_WEBSOCKET_VERSION)
                        .filter("13"::equals)
                        .isPresent();
        if (hub.viewers() >= hub.maxViewers()) {
            exchange.reply(capacityError());
            return;
        }
        if (!upgrade || !complete || exchange.isHead()) {
            exchange.reply(Reply.error(426, "WebSocket version 13 required")
                    .with("Upgrade", "websocket")
                    .with("Sec-WebSocket-Version", "13"));
            return;
        }
        WebSocketViewer viewer = new WebSocketViewer(
                hub,
                exchange.context().channel(),
                stallNanos,
                exchange.hasParameter("ack=1"),
                sound.isPresent() && exchange.hasParameter("sound=1"));
        if (attachViewer(exchange, viewer)) {
            exchange.parameter("reconnect").map(ViewerStats.ReconnectReason::of).ifPresent(hub.stats()::reconnected);
        }
    }

    private void mjpeg(HttpExchangeContext exchange) {
        if (exchange.isHead()) {
            exchange.reply(new Reply(200, MjpegViewer.CONTENT_TYPE, new byte[0], Map.of()));
            return;
        }
        attachViewer(exchange, new MjpegViewer(hub, exchange.context().channel(), stallNanos));
    }

    private boolean attachViewer(HttpExchangeContext exchange, FrameViewer viewer) {
        boolean joined = viewer.join();
        if (joined) {
            exchange.attachViewer(viewer);
        } else {
            exchange.reply(capacityError());
        }
        return joined;
    }

    private void image(HttpExchangeContext exchange) {
        if (exchange.isHead()) {
            exchange.reply(new Reply(200, "image/jpeg", new byte[0], Map.of()));
            return;
        }
        long now = hub.nanos();
        long last = lastImageNanos.get();
        if ((last != 0 && now - last < IMAGE_INTERVAL_NANOS) || !lastImageNanos.compareAndSet(last, now)) {
            exchange.reply(imageError("another image was saved less than half a second ago: retry later"));
            return;
        }
        execute(exchange, () -> {
            try {
                PageBackend.SavedImage image = model.image();
                return new Reply(
                        200,
                        "image/jpeg",
                        image.jpeg(),
                        Map.of("Content-Disposition", "attachment; filename=\"" + image.fileName() + "\""));
            } catch (IllegalStateException e) {
                LOG.debug("no image to save", e);
                return imageError(String.valueOf(e.getMessage()));
            }
        });
    }

    private static Reply imageError(String detail) {
        return Reply.error(503, detail).with("Retry-After", "1");
    }

    private Reply capacityError() {
        return Reply.error(
                        503,
                        "maximum of " + hub.maxViewers() + " viewers reached: try later, or raise stream.max-viewers")
                .with("Retry-After", "5");
    }

    private Reply health() {
        ObjectNode health = model.health();
        return Reply.json(isWorking(health) ? 200 : 503, health);
    }

    private Reply ready() {
        ObjectNode health = model.health();
        JsonNode age = health.path("lastFrameAgeMs");
        boolean recent = age.isNumber() && age.asLong() <= MAX_READY_FRAME_AGE_MILLIS;
        boolean ready = isWorking(health) && recent;
        ObjectNode response = object().put("ready", ready);
        response.set("status", health.path("status"));
        ArrayNode reasons = response.putArray("reasons");
        health.path("reasons").forEach(reasons::add);
        if (!recent) {
            reasons.add(age.isNumber() ? "no frame for " + age.asLong() + " ms" : "no frame yet");
        }
        return Reply.json(ready ? 200 : 503, response);
    }

    private static boolean isWorking(ObjectNode health) {
        return WORKING.contains(health.path("status").asText());
    }

    private void state(HttpExchangeContext exchange) {
        if (exchange.isPost()) {
            submit(exchange, () -> model.submitState(exchange.body()));
        } else {
            exchange.reply(model.state()
                    .map(state -> Reply.json(200, state))
                    .orElseGet(() -> Reply.error(503, "the renderer is starting: retry later")
                            .with("Retry-After", "1")));
        }
    }

    private static void speak(HttpExchangeContext exchange, PageBackend.SpeechAnswer answer) {
        Reply reply = Reply.json(answer.status(), answer.document());
        exchange.reply(answer.retry() ? reply.with("Retry-After", "1") : reply);
    }

    private void submit(HttpExchangeContext exchange, Supplier<Outcome> submission) {
        execute(exchange, () -> outcome(submission.get()));
    }

    /** Replies from the thread of the updates. */
    private void execute(HttpExchangeContext exchange, Supplier<Reply> work) {
        try {
            updates.execute(() -> exchange.reply(guarded(exchange, work)));
        } catch (RejectedExecutionException e) {
            exchange.reply(
                    Reply.error(503, "too many queued updates: reduce the rate").with("Retry-After", "1"));
        }
    }

    private static Reply guarded(HttpExchangeContext exchange, Supplier<Reply> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            LOG.error("{} failed", exchange.path(), e);
            return Reply.error(500, "internal error: see the renderer's log");
        }
    }

    private static Reply outcome(Outcome outcome) {
        int status = outcome.accepted()
                ? 200
                : switch (outcome.reason()) {
                    case "stale" -> 409;
                    case "too_large" -> 413;
                    default -> outcome.isTemporary() ? 503 : 400;
                };
        ObjectNode answer = object().put("accepted", outcome.accepted())
                .put("reason", outcome.reason())
                .put("detail", outcome.detail())
                .put("seq", outcome.seq());
        outcome.note().ifPresent(note -> answer.put("note", note));
        Reply reply = Reply.json(status, answer);
        return status == 503 ? reply.with("Retry-After", "1") : reply;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
