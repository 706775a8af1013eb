package io.bev.avatar.renderer;

import io.bev.avatar.common.systemd.SystemdNotifier;
import io.bev.avatar.common.time.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.util.function.Supplier;
import javax.management.MBeanServer;

/**
 * What the renderer finds around it.
 *
 * @param service systemd, or nobody
 * @param mbeans where its MBeans go
 * @param startTime when the process began
 * @param version of the program
 * @param configuration reads the configuration anew
 */
public record RendererContext(
        SystemdNotifier service,
        MBeanServer mbeans,
        Clock clock,
        Ticker ticker,
        Instant startTime,
        String version,
        Supplier<RendererSettings> configuration) {}
