package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.threshold.Thresholds;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Redis: whether it answers, and whether the state in it is one that the renderer takes. */
final class RedisHealthCheck implements HealthCheck {

    static final String CHECK = "redis";

    /** Judges nothing, since there is none to judge. */
    static final HealthCheck OFF = (readings, limits) -> HealthResult.skipped(CHECK, "off, redis.url is empty");

    /**
     * {@code avatar:state} as read.
     *
     * @param document the text; empty where the key is not there
     * @param seconds time that the answer took
     * @param error why it could not be read
     */
    record State(Optional<String> document, double seconds, Optional<String> error) {}

    private final State state;

    RedisHealthCheck(State state) {
        this.state = state;
    }

    @Override
    public HealthResult judge(SampleLookup readings, Thresholds limits) {
        HealthResultBuilder verdict = new HealthResultBuilder(CHECK, limits);
        boolean up = readings.value("redis_up").orElse(0) == 1;
        verdict.value("up", up ? 1 : 0);
        if (!up) {
            verdict.note("down");
            verdict.critical(
                    readings.error("redis").orElse("Redis does not answer"),
                    "Redis that answers",
                    "start it: 'systemctl start redis-server'; the avatar goes on with its journal meanwhile");
            return verdict.result();
        }
        verdict.note("up");
        readings.error("redis").ifPresent(error -> verdict.warning(error, "every reading", "see Redis' log"));
        readings.value("redis_connected_clients").ifPresent(clients -> {
            verdict.value("connected_clients", clients);
            verdict.note(Math.round(clients) + " clients");
        });
        if (state.error().isPresent()) {
            verdict.critical(
                    "avatar:state cannot be read: " + state.error().get(),
                    "a string at avatar:state",
                    "see the key with 'redis-cli type avatar:state'");
            return verdict.result();
        }
        verdict.value("response_seconds", state.seconds());
        verdict.note(String.format(Locale.ROOT, "answered in %.3f s", state.seconds()));
        data(verdict);
        return verdict.result();
    }

    private void data(HealthResultBuilder verdict) {
        if (state.document().isEmpty()) {
            verdict.note("no state saved yet");
            return;
        }
        List<String> problems = StateDocumentCheck.problems(state.document().get());
        verdict.note(problems.isEmpty() ? "state good" : "state bad");
        verdict.value("state_problems", problems.size());
        for (String problem : problems) {
            verdict.warning(
                    "avatar:state: " + problem,
                    "a state that the renderer takes",
                    "have its writer mend it, or save the renderer's own: operation save of bev.avatar:type=State");
        }
    }
}
