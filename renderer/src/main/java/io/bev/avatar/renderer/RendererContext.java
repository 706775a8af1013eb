package io.bev.avatar.renderer;

import io.bev.avatar.common.systemd.SystemdNotifier;
import io.bev.avatar.common.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import javax.management.MBeanServer;

/**
 * The renderer's environment.
 *
 * @param service systemd, or a no-op without it
 * @param mbeans server for the renderer's MBeans
 * @param startTime start of the process
 * @param startNanos reading of {@code ticker} at the start of the process
 * @param version of the renderer
 * @param configuration reloads the configuration
 */
public record RendererContext(
        SystemdNotifier service,
        MBeanServer mbeans,
        Clock clock,
        Ticker ticker,
        Instant startTime,
        long startNanos,
        String version,
        Supplier<RendererSettings> configuration) {

    /** Time since the start of the process; unaffected by changes of the clock. */
    public Duration uptime() {
        return Duration.ofNanos(ticker.nanos() - startNanos);
    }
}
