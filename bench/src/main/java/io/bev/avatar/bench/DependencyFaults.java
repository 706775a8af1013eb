package io.bev.avatar.bench;

import static io.bev.avatar.bench.Fault.Delivery.AT_ONCE;
import static io.bev.avatar.bench.Fault.Delivery.BY_EXPORTER;
import static io.bev.avatar.bench.Fault.Delivery.WHEN_RESTORED;

import io.bev.avatar.bench.Fault.Condition;
import io.bev.avatar.bench.Fault.Expectation;
import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.launcher.IsolatedStack.Service;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Faults around the renderer: Redis and monitoring. */
final class DependencyFaults {

    private static final String SILENT = "AvatarAlertPipelineSilent";

    private DependencyFaults() {}

    /** Redis is killed and not restarted. */
    static Fault redisStopped() {
        return new Fault(
                "redis-stopped",
                "`SIGKILL`, not restarted",
                false,
                List.of(new Expectation(new AlertKey("AvatarRedisDown", "warning"), WHEN_RESTORED)),
                Set.of("AvatarStateSaveFailing", "AvatarJournalBacklog"),
                stack -> {
                    stack.kill(Service.REDIS);
                    return () -> {};
                });
    }

    /** Redis responds after the timeout of its clients. */
    static Fault redisSlow(DelayProxy redis) {
        return new Fault(
                "redis-slow",
                "a proxy delays each response of Redis by 3 s",
                true,
                List.of(new Expectation(new AlertKey("AvatarRedisDown", "warning"), WHEN_RESTORED)),
                Set.of("AvatarStateSaveFailing", "AvatarJournalBacklog", "AvatarCollectorFailing"),
                stack -> {
                    redis.delay(3000);
                    return () -> redis.delay(0);
                });
    }

    /** Redis rejects writes, as a replica of an unreachable master. */
    static Fault redisReadOnly() {
        return new Fault(
                "redis-read-only",
                "`REPLICAOF` an unreachable master",
                true,
                List.of(
                        new Expectation(new AlertKey("AvatarStateSaveFailing", "warning"), WHEN_RESTORED),
                        new Expectation(new AlertKey("AvatarAlertPublishFailing", "warning"), WHEN_RESTORED)),
                Set.of("AvatarJournalBacklog", "AvatarRedisReplicaLinkDown"),
                stack -> {
                    int port = stack.redisPort();
                    StackClient.redis(port, "REPLICAOF", "127.0.0.1", "1");
                    return () -> StackClient.redis(port, "REPLICAOF", "NO", "ONE");
                });
    }

    /** An event that the renderer rejects. */
    static Fault deadLetter() {
        return new Fault(
                "dead-letter",
                "an event that is not JSON in `" + RedisKeys.OSINT_UPDATES + "`",
                true,
                List.of(new Expectation(new AlertKey("AvatarDeadLetters", "warning"), AT_ONCE)),
                Set.of(),
                stack -> {
                    int port = stack.redisPort();
                    StackClient.redis(port, "XADD", RedisKeys.OSINT_UPDATES, "*", "json", "no json");
                    return () -> StackClient.redis(port, "DEL", RedisKeys.DEAD_OSINT_UPDATES);
                });
    }

    /** The exporter is killed and not restarted. */
    static Fault exporterKilled() {
        return new Fault(
                "exporter-killed",
                "`SIGKILL`, not restarted",
                false,
                List.of(new Expectation(new AlertKey("AvatarHostDown", "critical"), WHEN_RESTORED)),
                Set.of("AvatarWebhookFailing", SILENT),
                stack -> {
                    stack.kill(Service.EXPORTER);
                    return () -> {};
                });
    }

    /** Prometheus is killed and not restarted: only the exporter can report it. */
    static Fault prometheusKilled() {
        return new Fault(
                "prometheus-killed",
                "`SIGKILL`, not restarted",
                false,
                List.of(new Expectation(
                        new AlertKey(SILENT, "critical"),
                        BY_EXPORTER,
                        Condition.needs(
                                FaultStack.SILENCE.plusSeconds(90),
                                "heartbeat timeout " + FaultStack.SILENCE.toSeconds()
                                        + " s here; the last heartbeat may arrive 90 s after Prometheus has stopped"))),
                Set.of(),
                stack -> {
                    stack.kill(Service.PROMETHEUS);
                    return () -> {};
                });
    }

    /** Alertmanager's token differs from the exporter's. */
    static Fault wrongToken() {
        return new Fault(
                "webhook-token-wrong",
                "wrong token in Alertmanager's file",
                true,
                List.of(new Expectation(new AlertKey("AvatarWebhookFailing", "warning"), WHEN_RESTORED)),
                Set.of(SILENT),
                stack -> {
                    Path file = stack.runDirectory().resolve("alertmanager/alert-token");
                    String right = Files.readString(file);
                    Files.writeString(file, "0".repeat(right.length()));
                    return () -> Files.writeString(file, right);
                });
    }
}
