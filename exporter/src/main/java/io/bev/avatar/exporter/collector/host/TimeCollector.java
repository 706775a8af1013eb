package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.TimeZone;
import java.util.function.Function;

/** {@code node_time_*}: the host's clock, time zone and clock sources. */
public final class TimeCollector implements HostSubcollector {

    private static final String SOURCE = "clocksource";

    private final Clock clock;
    private final Function<Instant, LocalZone> zones;

    /**
     * Zone of the system's local time.
     *
     * @param abbreviation for example {@code CET}, or {@code -03} where a zone has no letters
     * @param offsetSeconds seconds east of UTC
     */
    public record LocalZone(String abbreviation, long offsetSeconds) {

        /** By Java's own data, in which some zones have other abbreviations; loads the locale's names. */
        public static LocalZone ofJava(Instant instant) {
            TimeZone zone = TimeZone.getDefault();
            boolean summer = zone.toZoneId().getRules().isDaylightSavings(instant);
            return new LocalZone(
                    zone.getDisplayName(summer, TimeZone.SHORT, Locale.ROOT),
                    zone.getOffset(instant.toEpochMilli()) / 1000);
        }
    }

    TimeCollector(Clock clock, Function<Instant, LocalZone> zones) {
        this.clock = clock;
        this.zones = zones;
    }

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        Instant now = clock.instant();
        out.gauge(
                "node_time_seconds",
                "System time in seconds since epoch (1970).",
                now.getEpochSecond() + now.getNano() / 1e9);
        LocalZone zone = zones.apply(now);
        out.gauge(
                "node_time_zone_offset_seconds",
                "System time zone offset in seconds.",
                zone.offsetSeconds(),
                "time_zone",
                zone.abbreviation());
        for (Path device : HostFiles.entries(files.sys().resolve("devices/system/clocksource"))) {
            String name = HostFiles.name(device);
            if (name.startsWith(SOURCE)) {
                sources(device, name.substring(SOURCE.length()), out);
            }
        }
    }

    private static void sources(Path device, String number, MetricSink out) {
        HostFiles.attribute(device.resolve("available_clocksource")).ifPresent(names -> {
            for (String name : Fields.split(names)) {
                out.gauge(
                        "node_time_clocksource_available_info",
                        "Available clocksources read from '/sys/devices/system/clocksource'.",
                        1,
                        "device",
                        number,
                        SOURCE,
                        name);
            }
        });
        HostFiles.attribute(device.resolve("current_clocksource"))
                .ifPresent(name -> out.gauge(
                        "node_time_clocksource_current_info",
                        "Current clocksource read from '/sys/devices/system/clocksource'.",
                        1,
                        "device",
                        number,
                        SOURCE,
                        name));
    }
}
