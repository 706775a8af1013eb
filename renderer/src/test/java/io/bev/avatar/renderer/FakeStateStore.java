package io.bev.avatar.renderer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.renderer.state.StateStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Keeps the state in memory; knows emotions, intensity and blendshapes. */
public final class FakeStateStore implements StateStore {

    public final List<String> calls = new CopyOnWriteArrayList<>();
    public volatile boolean redisConnected = true;
    public volatile Duration age = Duration.ZERO;
    public volatile Optional<String> redisFault = Optional.empty();
    public volatile Optional<String> journalFault = Optional.empty();

    private final List<Consumer<AvatarState>> listeners = new ArrayList<>();
    private final Map<String, Long> rejected = new HashMap<>();
    private AvatarState state = AvatarState.initial(Instant.EPOCH);

    @Override
    public synchronized AvatarState current() {
        return state;
    }

    @Override
    public Duration age() {
        return age;
    }

    public synchronized void set(AvatarState fresh) {
        state = fresh;
    }

    @Override
    public synchronized Outcome submit(byte[] json, Origin origin) {
        JsonNode document;
        try {
            document = new ObjectMapper().readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Optional<Emotion> emotion =
                Emotion.of(document.path("emotion").asText(state.emotion().label()));
        if (emotion.isEmpty()) {
            rejected.merge("unknown_emotion", 1L, Long::sum);
            return new Outcome(false, "unknown_emotion", "unknown emotion", state.seq());
        }
        Map<String, Double> weights = new HashMap<>();
        document.path("blendshapes")
                .properties()
                .forEach(e -> weights.put(e.getKey(), e.getValue().asDouble()));
        state = new AvatarState(
                state.seq() + 1,
                emotion.get(),
                document.path("intensity").asDouble(state.intensity()),
                state.activity(),
                state.head(),
                state.gaze(),
                state.mouth(),
                weights,
                state.investigation(),
                Instant.EPOCH);
        listeners.forEach(listener -> listener.accept(state));
        return new Outcome(true, "", "", state.seq());
    }

    @Override
    public Outcome submitOsint(byte[] json, Origin origin) {
        return submit(json, origin);
    }

    @Override
    public Outcome reset(Origin origin) {
        return submit("{\"emotion\":\"neutral\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8), origin);
    }

    @Override
    public boolean save() {
        calls.add("save");
        return true;
    }

    @Override
    public boolean restore() {
        calls.add("restore");
        return false;
    }

    @Override
    public synchronized void onChange(Consumer<AvatarState> listener) {
        listeners.add(listener);
    }

    @Override
    public synchronized Statistics statistics() {
        return new Statistics(
                5,
                1,
                Optional.of(Instant.EPOCH),
                Optional.empty(),
                2,
                3,
                redisFault,
                redisConnected,
                "127.0.0.1:6379",
                Map.copyOf(rejected));
    }

    @Override
    public Optional<String> journalFault() {
        return journalFault;
    }

    @Override
    public void close() {
        calls.add("close");
    }
}
