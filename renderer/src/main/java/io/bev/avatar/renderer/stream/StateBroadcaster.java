package io.bev.avatar.renderer.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.renderer.stream.WebSocketViewer.Topic;
import io.netty.util.concurrent.EventExecutor;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells WebSocket viewers the state when it changes and the health once a second. Each document is made once for all; a
 * burst of changes becomes one message.
 */
final class StateBroadcaster {

    private static final Logger log = LoggerFactory.getLogger(StateBroadcaster.class);

    private static final long HEALTH_MILLIS = 1000;
    private static final long STATE_MILLIS = 50;
    private static final int PING_EVERY = 15;

    private final PageBackend model;
    private final EventExecutor executor;
    private final Set<WebSocketViewer> viewers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean stateScheduled = new AtomicBoolean();
    private volatile @Nullable Future<?> ticking;
    private volatile @Nullable Future<?> announcing;
    // The rest belongs to the executor.
    private long announcedSequence = -1;
    private int ticks;
    private boolean failing;

    /** @param executor one event loop */
    StateBroadcaster(PageBackend model, EventExecutor executor) {
        this.model = model;
        this.executor = executor;
    }

    void start() {
        ticking = executor.scheduleAtFixedRate(this::tick, HEALTH_MILLIS, HEALTH_MILLIS, TimeUnit.MILLISECONDS);
    }

    void stop() {
        cancel(ticking);
        cancel(announcing);
    }

    /** Adds a viewer for as long as its connection is open, and tells it everything at once. */
    void join(WebSocketViewer viewer) {
        viewers.add(viewer);
        viewer.onClose(() -> viewers.remove(viewer));
        executor.execute(() -> guarded(() -> {
            viewer.tell(Topic.STATE, message(Topic.STATE, model.state()));
            viewer.tell(Topic.HEALTH, message(Topic.HEALTH, model.health()));
        }));
    }

    /** The state is another one now; from any thread, never blocks. */
    void stateChanged() {
        if (!viewers.isEmpty() && stateScheduled.compareAndSet(false, true)) {
            try {
                announcing = executor.schedule(
                        () -> {
                            stateScheduled.set(false);
                            guarded(() -> announceState(model.state()));
                        },
                        STATE_MILLIS,
                        TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException stopped) {
                log.debug("state change not announced: the server has stopped");
            }
        }
    }

    private static void cancel(@Nullable Future<?> task) {
        if (task != null) {
            task.cancel(false);
        }
    }

    private void tick() {
        if (viewers.isEmpty()) {
            return;
        }
        guarded(() -> {
            announce(Topic.HEALTH, model.health());
            ObjectNode state = model.state();
            if (state.path("seq").asLong() != announcedSequence) {
                announceState(state);
            }
        });
        if (++ticks % PING_EVERY == 0) {
            viewers.forEach(WebSocketViewer::ping);
        }
    }

    private void announceState(ObjectNode state) {
        announcedSequence = state.path("seq").asLong();
        announce(Topic.STATE, state);
    }

    private void announce(Topic topic, ObjectNode document) {
        byte[] json = message(topic, document);
        viewers.forEach(viewer -> viewer.tell(topic, json));
    }

    /** A model that fails must not end the announcements: viewers are told, the log once. */
    private void guarded(Runnable task) {
        try {
            task.run();
            failing = false;
        } catch (RuntimeException e) {
            if (!failing) {
                failing = true;
                log.error("state or health cannot be told to the page", e);
            }
            byte[] json = Reply.bytes(JsonNodeFactory.instance
                    .objectNode()
                    .put("type", "error")
                    .put("detail", "state or health cannot be read: see the renderer's log"));
            viewers.forEach(viewer -> viewer.tell(Topic.ERROR, json));
        }
    }

    private static byte[] message(Topic topic, JsonNode document) {
        String name = topic == Topic.STATE ? "state" : "health";
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("type", name);
        message.set(name, document);
        return Reply.bytes(message);
    }
}
