package io.bev.avatar.bench;

import static io.bev.avatar.bench.Fault.Delivery.BY_EXPORTER;
import static io.bev.avatar.bench.Fault.Delivery.WHEN_MENDED;

import io.bev.avatar.bench.Fault.Condition;
import io.bev.avatar.bench.Fault.Expectation;
import io.bev.avatar.launcher.IsolatedStack.Service;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What can go wrong with what is around the renderer: Redis, and the watching itself. */
final class DependencyFaults {

    private static final String SILENT = "AvatarAlertPipelineSilent";

    private DependencyFaults() {}

    /** Killed, and nobody starts it. */
    static Fault redisStopped() {
        return new Fault(
                "redis-stopped",
                "`SIGKILL`, not started again",
                false,
                List.of(new Expectation(new AlertKey("AvatarRedisDown", "warning"), WHEN_MENDED)),
                Set.of("AvatarStateSaveFailing", "AvatarJournalBacklog"),
                stack -> {
                    stack.kill(Service.REDIS);
                    return () -> {};
                });
    }

    /** It answers, but later than its clients wait. */
    static Fault redisSlow(DelayProxy redis) {
        return new Fault(
                "redis-slow",
                "a relay holds back each answer of Redis for 3 s",
                true,
                List.of(new Expectation(new AlertKey("AvatarRedisDown", "warning"), WHEN_MENDED)),
                Set.of("AvatarStateSaveFailing", "AvatarJournalBacklog", "AvatarCollectorFailing"),
                stack -> {
                    redis.delay(3000);
                    return () -> redis.delay(0);
                });
    }

    /** It answers and takes no writes, as a replica of a master that is away. */
    static Fault redisReadOnly() {
        return new Fault(
                "redis-read-only",
                "`REPLICAOF` a master that is not there",
                true,
                List.of(
                        new Expectation(new AlertKey("AvatarStateSaveFailing", "warning"), WHEN_MENDED),
                        new Expectation(new AlertKey("AvatarAlertPublishFailing", "warning"), WHEN_MENDED)),
                Set.of("AvatarJournalBacklog"),
                stack -> {
                    int port = stack.redisPort();
                    StackClient.redis(port, "REPLICAOF", "127.0.0.1", "1");
                    return () -> StackClient.redis(port, "REPLICAOF", "NO", "ONE");
                });
    }

    /** Killed, and nobody starts it. */
    static Fault exporterKilled() {
        return new Fault(
                "exporter-killed",
                "`SIGKILL`, not started again",
                false,
                List.of(new Expectation(new AlertKey("AvatarHostDown", "critical"), WHEN_MENDED)),
                Set.of("AvatarWebhookFailing", SILENT),
                stack -> {
                    stack.kill(Service.EXPORTER);
                    return () -> {};
                });
    }

    /** Killed, and nobody starts it: only the exporter can still tell. */
    static Fault prometheusKilled() {
        return new Fault(
                "prometheus-killed",
                "`SIGKILL`, not started again",
                false,
                List.of(new Expectation(
                        new AlertKey(SILENT, "critical"),
                        BY_EXPORTER,
                        Condition.needs(
                                FaultStack.SILENCE.plusSeconds(90),
                                "a silence of " + FaultStack.SILENCE.toSeconds()
                                        + " s here; the last sign of life may arrive 90 s after Prometheus is gone"))),
                Set.of(),
                stack -> {
                    stack.kill(Service.PROMETHEUS);
                    return () -> {};
                });
    }

    /** Alertmanager's token is not the exporter's. */
    static Fault wrongToken() {
        return new Fault(
                "webhook-token-wrong",
                "another token in Alertmanager's file",
                true,
                List.of(new Expectation(new AlertKey("AvatarWebhookFailing", "warning"), WHEN_MENDED)),
                Set.of(SILENT),
                stack -> {
                    Path file = stack.runDirectory().resolve("alertmanager/alert-token");
                    String right = Files.readString(file);
                    Files.writeString(file, "0".repeat(right.length()));
                    return () -> Files.writeString(file, right);
                });
    }
}
