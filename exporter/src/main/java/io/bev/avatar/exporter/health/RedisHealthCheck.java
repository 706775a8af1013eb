package io.bev.avatar.exporter.health;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.exporter.collector.CollectorError;
import io.bev.avatar.exporter.threshold.Thresholds;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Checks that Redis responds and that the state document is valid for the renderer. */
final class RedisHealthCheck implements HealthCheck {

    static final String CHECK = "redis";

    /** Result if Redis is disabled. */
    static final HealthCheck OFF = (samples, thresholds) -> HealthResult.skipped(CHECK, "disabled, redis.url is empty");

    /**
     * {@code avatar:state} as read.
     *
     * @param document text; empty if the key does not exist
     * @param seconds response time
     * @param error read error
     */
    record State(Optional<String> document, double seconds, Optional<String> error) {}

    private final State state;

    RedisHealthCheck(State state) {
        this.state = state;
    }

    @Override
    public HealthResult check(SampleLookup samples, Thresholds thresholds) {
        HealthResultBuilder result = new HealthResultBuilder(CHECK, thresholds);
        boolean up = samples.value("redis_up").orElse(0) == 1;
        result.value("up", up ? 1 : 0);
        if (!up) {
            result.addSummary("down");
            result.critical(
                    samples.error("redis").map(CollectorError::text).orElse("Redis does not respond"),
                    "a responding Redis",
                    "start it: 'systemctl start redis-server'; meanwhile the avatar uses its local journal");
            return result.build();
        }
        result.addSummary("up");
        samples.error("redis")
                .ifPresent(error -> result.warning(error.text(), "all values of INFO", "see the Redis log"));
        samples.value("redis_connected_clients").ifPresent(clients -> {
            result.value("connected_clients", clients);
            result.addSummary(Math.round(clients) + " clients");
        });
        if (state.error().isPresent()) {
            result.critical(
                    "cannot read " + RedisKeys.STATE + ": " + state.error().get(),
                    "a string at " + RedisKeys.STATE,
                    "check the type of the key with 'redis-cli type " + RedisKeys.STATE + "'");
            return result.build();
        }
        result.value("response_seconds", state.seconds());
        result.addSummary(String.format(Locale.ROOT, "responded in %.3f s", state.seconds()));
        data(result);
        return result.build();
    }

    private void data(HealthResultBuilder result) {
        if (state.document().isEmpty()) {
            result.addSummary("no state saved yet");
            return;
        }
        List<String> problems = StateDocumentCheck.problems(state.document().get());
        result.addSummary(problems.isEmpty() ? "state valid" : "state invalid");
        result.value("state_problems", problems.size());
        for (String problem : problems) {
            result.warning(
                    RedisKeys.STATE + ": " + problem,
                    "a state that the renderer accepts",
                    "fix the client that writes it, or overwrite it with the renderer's state: operation save of"
                            + " bev.avatar:type=State");
        }
    }
}
