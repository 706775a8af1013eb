package io.bev.avatar.exporter.health;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.CollectorResult;
import io.bev.avatar.exporter.collector.ScrapeRunner;
import io.bev.avatar.exporter.redis.RedisKeyValues;
import io.bev.avatar.exporter.threshold.Thresholds;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Makes rounds: reads every source as a scrape would, then judges. The processor's load is that since the round before, of the
 * first round that of a second. Used by one thread.
 */
public final class HealthEvaluator {

    /**
     * Who is judged.
     *
     * @param host name of this machine
     * @param units our systemd units
     * @param renderer the unit without which there is no avatar
     * @param cpuAllowed whether the renderer may draw without a GPU
     */
    public record Subject(String host, List<String> units, String renderer, boolean cpuAllowed) {
        public Subject {
            units = List.copyOf(units);
        }
    }

    private static final Duration CPU_SPAN = Duration.ofSeconds(1);
    private static final String STATE = "avatar:state";

    private final Subject subject;
    private final ScrapeRunner sources;
    private final Optional<RedisKeyValues> redis;
    private final Thresholds limits;
    private final Duration budget;
    private final Ticker ticker;
    private final Clock clock;
    private Map<String, Double> cpuBefore = Map.of();

    /**
     * @param sources the collectors gpu, host, service, endpoint and, where there is one, redis
     * @param redis empty where none is to be used
     * @param budget for reading all of them
     */
    public HealthEvaluator(
            Subject subject,
            ScrapeRunner sources,
            Optional<RedisKeyValues> redis,
            Thresholds limits,
            Duration budget,
            Ticker ticker,
            Clock clock) {
        this.subject = subject;
        this.sources = sources;
        this.redis = redis;
        this.limits = limits;
        this.budget = budget;
        this.ticker = ticker;
        this.clock = clock;
    }

    /** Reads and judges now. */
    public HealthReport run() throws InterruptedException {
        List<CollectorResult> collected = sources.scrape(sources.names(), budget);
        SampleLookup readings = new SampleLookup(collected);
        OptionalDouble cpu = cpu(readings);
        List<HealthCheck> judges = List.of(
                new ServiceHealthCheck(subject.units(), subject.renderer(), clock),
                new EndpointHealthCheck(),
                new GpuHealthCheck(subject.cpuAllowed()),
                new SystemHealthCheck(cpu),
                redis.isEmpty() ? RedisHealthCheck.OFF : new RedisHealthCheck(state(redis.get(), readings)));
        List<HealthResult> results = new ArrayList<>();
        judges.forEach(judge -> results.add(judge.judge(readings, limits)));
        return HealthReport.of(
                clock.instant().truncatedTo(java.time.temporal.ChronoUnit.MILLIS), subject.host(), results);
    }

    private OptionalDouble cpu(SampleLookup readings) throws InterruptedException {
        Map<String, Double> now = cpuSeconds(readings);
        if (cpuBefore.isEmpty() && !now.isEmpty()) {
            cpuBefore = now;
            TimeUnit.NANOSECONDS.sleep(CPU_SPAN.toNanos());
            now = cpuSeconds(new SampleLookup(sources.scrape(Set.of("host"), budget)));
        }
        OptionalDouble busy = busy(cpuBefore, now);
        cpuBefore = now;
        return busy;
    }

    private static Map<String, Double> cpuSeconds(SampleLookup readings) {
        Map<String, Double> seconds = new TreeMap<>();
        for (Sample sample : readings.all("node_cpu_seconds_total")) {
            seconds.merge(SampleLookup.label(sample, "mode"), sample.value, Double::sum);
        }
        return seconds;
    }

    /** Share of the time between two readings that was not idle; empty where none passed. */
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

    /** Not asked where Redis was just seen to be away: that would wait for it once more. */
    private RedisHealthCheck.State state(RedisKeyValues redis, SampleLookup readings) throws InterruptedException {
        if (readings.value("redis_up").orElse(0) != 1) {
            return new RedisHealthCheck.State(Optional.empty(), 0, Optional.empty());
        }
        long start = ticker.nanos();
        try {
            Optional<String> document = redis.get(STATE);
            return new RedisHealthCheck.State(document, (ticker.nanos() - start) * 1e-9, Optional.empty());
        } catch (IOException e) {
            return new RedisHealthCheck.State(Optional.empty(), 0, Optional.of(String.valueOf(e.getMessage())));
        }
    }
}
