package io.bev.avatar.exporter.health;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.CollectorResult;
import io.bev.avatar.exporter.collector.Sample;
import io.bev.avatar.exporter.collector.ScrapeRunner;
import io.bev.avatar.exporter.redis.RedisKeyValues;
import io.bev.avatar.exporter.threshold.Thresholds;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Evaluates health: collects all sources as a scrape does, then runs the checks. CPU load covers the time since the
 * previous evaluation, for the first one 1 s. Not thread-safe.
 */
public final class HealthEvaluator {

    /**
     * Subject of the evaluation.
     *
     * @param host name of this machine
     * @param units systemd units of the avatar
     * @param renderer unit of the renderer
     * @param cpuAllowed whether the renderer may render without a GPU
     */
    public record Subject(String host, List<String> units, String renderer, boolean cpuAllowed) {
        public Subject {
            units = List.copyOf(units);
        }
    }

    private static final Duration CPU_SPAN = Duration.ofSeconds(1);

    private final Subject subject;
    private final ScrapeRunner sources;
    private final Optional<RedisKeyValues> redis;
    private final Thresholds thresholds;
    private final Duration timeout;
    private final Ticker ticker;
    private final Clock clock;
    private Map<String, Double> cpuBefore = Map.of();

    /**
     * @param sources the collectors gpu, host, service, endpoint and, if configured, redis
     * @param redis empty if Redis is disabled
     * @param timeout timeout for collecting all sources
     */
    public HealthEvaluator(
            Subject subject,
            ScrapeRunner sources,
            Optional<RedisKeyValues> redis,
            Thresholds thresholds,
            Duration timeout,
            Ticker ticker,
            Clock clock) {
        this.subject = subject;
        this.sources = sources;
        this.redis = redis;
        this.thresholds = thresholds;
        this.timeout = timeout;
        this.ticker = ticker;
        this.clock = clock;
    }

    /** Collects and evaluates once. */
    public HealthReport run() throws InterruptedException {
        List<CollectorResult> collected = sources.scrape(sources.names(), timeout);
        SampleLookup samples = new SampleLookup(collected);
        OptionalDouble cpu = cpu(samples);
        List<HealthCheck> checks = List.of(
                new ServiceHealthCheck(subject.units(), subject.renderer(), clock),
                new EndpointHealthCheck(),
                new GpuHealthCheck(subject.cpuAllowed()),
                new SystemHealthCheck(cpu),
                redis.isEmpty() ? RedisHealthCheck.OFF : new RedisHealthCheck(state(redis.get(), samples)));
        List<HealthResult> results = new ArrayList<>();
        checks.forEach(check -> results.add(check.check(samples, thresholds)));
        return HealthReport.of(clock.instant().truncatedTo(ChronoUnit.MILLIS), subject.host(), results);
    }

    private OptionalDouble cpu(SampleLookup samples) throws InterruptedException {
        Map<String, Double> now = cpuSeconds(samples);
        if (cpuBefore.isEmpty() && !now.isEmpty()) {
            cpuBefore = now;
            TimeUnit.NANOSECONDS.sleep(CPU_SPAN.toNanos());
            now = cpuSeconds(new SampleLookup(sources.scrape(Set.of("host"), timeout)));
        }
        OptionalDouble busy = busy(cpuBefore, now);
        cpuBefore = now;
        return busy;
    }

    private static Map<String, Double> cpuSeconds(SampleLookup samples) {
        Map<String, Double> seconds = new TreeMap<>();
        for (Sample sample : samples.all("node_cpu_seconds_total")) {
            seconds.merge(sample.label("mode"), sample.value(), Double::sum);
        }
        return seconds;
    }

    /** Fraction of CPU time between two samples that was not idle; empty if no time passed. */
    static OptionalDouble busy(Map<String, Double> before, Map<String, Double> now) {
        double all = 0;
        double idle = 0;
        for (Map.Entry<String, Double> mode : now.entrySet()) {
            double spent = Math.max(0, mode.getValue() - before.getOrDefault(mode.getKey(), mode.getValue()));
            all += spent;
            idle += mode.getKey().equals("idle") ? spent : 0;
        }
        return all > 0 ? OptionalDouble.of(1 - idle / all) : OptionalDouble.empty();
    }

    /** Skipped if the collector found Redis unreachable, to avoid waiting for a second timeout. */
    private RedisHealthCheck.State state(RedisKeyValues redis, SampleLookup samples) throws InterruptedException {
        if (samples.value("redis_up").orElse(0) != 1) {
            return new RedisHealthCheck.State(Optional.empty(), 0, Optional.empty());
        }
        long start = ticker.nanos();
        try {
            Optional<String> document = redis.get(RedisKeys.STATE);
            return new RedisHealthCheck.State(document, (ticker.nanos() - start) * 1e-9, Optional.empty());
        } catch (IOException e) {
            return new RedisHealthCheck.State(Optional.empty(), 0, Optional.of(String.valueOf(e.getMessage())));
        }
    }
}
