package io.bev.avatar.renderer;

import io.bev.avatar.common.systemd.SystemdNotifier;
import io.bev.avatar.common.time.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.util.function.Supplier;
import javax.management.MBeanServer;

/**
 * The renderer's environment.
 *
 * @param service systemd, or a no-op without it
 * @param mbeans server for the renderer's MBeans
 * @param startTime start of the process
 * @param version of the renderer
 * @param configuration reloads the configuration
 */
public record RendererContext(
        SystemdNotifier service,
        MBeanServer mbeans,
        Clock clock,
        Ticker ticker,
        Instant startTime,
        String version,
        Supplier<RendererSettings> configuration) {}
