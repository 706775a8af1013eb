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
 * Sends WebSocket viewers the state after changes and the health once per second. Each document is serialised once
 * for all viewers; a burst of changes is combined into one message.
 */
final class StateBroadcaster {

    private static final Logger LOG = LoggerFactory.getLogger(StateBroadcaster.class);

    private static final long HEALTH_INTERVAL_MILLIS = 1000;
    private static final long STATE_DELAY_MILLIS = 50;
    private static final int TICKS_PER_PING = 15;

    private final PageBackend model;
    private final EventExecutor executor;
    private final Set<WebSocketViewer> viewers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean stateScheduled = new AtomicBoolean();
    private volatile @Nullable Future<?> healthTask;
    private volatile @Nullable Future<?> stateTask;
    // Fields below are confined to the executor.
    private long sentSequence = -1;
    private int ticks;
    private boolean failing;

    /** @param executor one event loop */
    StateBroadcaster(PageBackend model, EventExecutor executor) {
        this.model = model;
        this.executor = executor;
    }

    void start() {
        healthTask = executor.scheduleAtFixedRate(
                this::tick, HEALTH_INTERVAL_MILLIS, HEALTH_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    void stop() {
        cancel(healthTask);
        cancel(stateTask);
    }

    /** Adds a viewer until its connection closes, and sends it state and health immediately. */
    void join(WebSocketViewer viewer) {
        viewers.add(viewer);
        viewer.onClose(() -> viewers.remove(viewer));
        executor.execute(() -> guarded(() -> {
            model.state().ifPresent(state -> viewer.sendText(Topic.STATE, message(Topic.STATE, state)));
            viewer.sendText(Topic.HEALTH, message(Topic.HEALTH, model.health()));
        }));
    }

    /** Schedules sending the changed state. Callable from any thread; never blocks. */
    void stateChanged() {
        if (!viewers.isEmpty() && stateScheduled.compareAndSet(false, true)) {
            try {
                stateTask = executor.schedule(
                        () -> {
                            stateScheduled.set(false);
                            guarded(() -> model.state().ifPresent(this::broadcastState));
                        },
                        STATE_DELAY_MILLIS,
                        TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException stopped) {
                LOG.debug("state change not sent: the server has stopped");
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
            broadcast(Topic.HEALTH, model.health());
            model.state()
                    .filter(state -> state.path("seq").asLong() != sentSequence)
                    .ifPresent(this::broadcastState);
        });
        if (++ticks % TICKS_PER_PING == 0) {
            viewers.forEach(WebSocketViewer::ping);
        }
    }

    private void broadcastState(ObjectNode state) {
        sentSequence = state.path("seq").asLong();
        broadcast(Topic.STATE, state);
    }

    private void broadcast(Topic topic, ObjectNode document) {
        byte[] json = message(topic, document);
        viewers.forEach(viewer -> viewer.sendText(topic, json));
    }

    /** An exception of the model must not stop the updates: it is sent to the viewers and logged once. */
    private void guarded(Runnable task) {
        try {
            task.run();
            failing = false;
        } catch (RuntimeException e) {
            if (!failing) {
                failing = true;
                LOG.error("state or health update failed", e);
            }
            byte[] json = Reply.bytes(JsonNodeFactory.instance
                    .objectNode()
                    .put("type", "error")
                    .put("detail", "state or health unavailable: see the renderer's log"));
            viewers.forEach(viewer -> viewer.sendText(Topic.ERROR, json));
        }
    }

    private static byte[] message(Topic topic, JsonNode document) {
        String name = topic == Topic.STATE ? "state" : "health";
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("type", name);
        message.set(name, document);
        return Reply.bytes(message);
    }
}
