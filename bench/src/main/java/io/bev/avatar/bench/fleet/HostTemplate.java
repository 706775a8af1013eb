package io.bev.avatar.bench.fleet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Template for the responses of simulated hosts, derived from two scrapes of a real exporter: its series, and whether and how fast
 * each of them changes.
 */
final class HostTemplate {

    /** Minimum of a gauge that is treated as a timestamp, seconds since 1970. */
    private static final double MIN_TIMESTAMP = 1e9;

    /** Labels whose value identifies the host. */
    private static final Pattern OWN_LABEL = Pattern.compile("(?:uuid|nodename|serial|device_uuid)=\"([^\"]+)\"");

    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*(?:\\{.*})?) (\\S+)");

    /** CPU time per mode: the modes of a core add up to the elapsed time, so its rate is the same on all hosts. */
    private static final String CPU_TIME = "node_cpu_seconds_total";

    private enum Kind {
        CONSTANT,
        GROWING,
        CLOCK,
        MOVING,
        TEXT
    }

    /** A line of the response; {@code text} is name and labels of a sample, otherwise the whole line. */
    private record Line(Kind kind, String text, boolean own, double base, double perSecond, boolean whole) {}

    private final List<Line> lines;
    private final List<String> ownValues;

    private HostTemplate(List<Line> lines, List<String> ownValues) {
        this.lines = List.copyOf(lines);
        this.ownValues = List.copyOf(ownValues);
    }

    /**
     * Derives the template.
     *
     * @param first a scrape
     * @param second scrape of the same exporter, {@code seconds} later
     */
    static HostTemplate from(String first, String second, double seconds) {
        Map<String, Double> before = samples(first);
        Map<String, String> types = new HashMap<>();
        List<String> own = new ArrayList<>();
        List<Line> lines = new ArrayList<>();
        for (String text : second.lines().toList()) {
            if (text.startsWith("# TYPE ")) {
                String[] words = text.split(" ", 4);
                types.put(words[2], words[3]);
            }
            Matcher sample = SAMPLE.matcher(text);
            if (text.startsWith("#") || !sample.matches()) {
                lines.add(new Line(Kind.TEXT, text, false, 0, 0, false));
                continue;
            }
            String series = sample.group(1);
            Matcher label = OWN_LABEL.matcher(series);
            boolean isOwn = label.find();
            if (isOwn && !own.contains(label.group(1))) {
                own.add(label.group(1));
            }
            double now = Double.parseDouble(sample.group(2));
            double was = Optional.ofNullable(before.get(series)).orElse(now);
            double perSecond = (now - was) / seconds;
            boolean whole = now == Math.rint(now) && was == Math.rint(was);
            lines.add(new Line(kind(series, types, now, was), series, isOwn, now, perSecond, whole));
        }
        return new HostTemplate(lines, own);
    }

    private static Map<String, Double> samples(String scrape) {
        Map<String, Double> samples = new HashMap<>();
        for (String text : scrape.lines().toList()) {
            Matcher sample = SAMPLE.matcher(text);
            if (!text.startsWith("#") && sample.matches()) {
                samples.put(sample.group(1), Double.valueOf(sample.group(2)));
            }
        }
        return samples;
    }

    private static Kind kind(String series, Map<String, String> types, double now, double was) {
        String name = series.replaceAll("\\{.*", "");
        String family = name.replaceAll("_(bucket|sum|count)$", "");
        String type = types.getOrDefault(name, types.getOrDefault(family, "gauge"));
        if (type.equals("counter") || type.equals("histogram") || type.equals("summary")) {
            return now > was ? Kind.GROWING : Kind.CONSTANT;
        }
        if (now == was) {
            return Kind.CONSTANT;
        }
        return now > MIN_TIMESTAMP && was > MIN_TIMESTAMP && now > was && now - was < MIN_TIMESTAMP / 1e6
                ? Kind.CLOCK
                : Kind.MOVING;
    }

    /** Number of series of one host. */
    long series() {
        return lines.stream().filter(line -> line.kind() != Kind.TEXT).count();
    }

    /**
     * Response of a host.
     *
     * @param host index from 0; the same host has the same traits at all times
     * @param seconds since the recording
     */
    String response(int host, double seconds) {
        double pace = 0.5 + trait(host, 1);
        StringBuilder out = new StringBuilder(lines.size() * 90);
        for (Line line : lines) {
            out.append(line.own() ? renamed(line.text(), host) : line.text());
            if (line.kind() != Kind.TEXT) {
                out.append(' ');
                appendNumber(out, value(line, host, pace, seconds), line.whole() && line.kind() != Kind.MOVING);
            }
            out.append('\n');
        }
        return out.toString();
    }

    private String renamed(String series, int host) {
        String text = series;
        for (String own : ownValues) {
            text = text.replace("\"" + own + "\"", "\"" + own + "-" + host + "\"");
        }
        return text;
    }

    private static double value(Line line, int host, double pace, double seconds) {
        if (line.text().startsWith("nvidia_gpu_temperature_celsius")) {
            return SimulatedHosts.temperature(host, trait(host, 2), seconds);
        }
        if (line.text().startsWith(CPU_TIME)) {
            return line.base() + line.perSecond() * seconds;
        }
        return switch (line.kind()) {
            case CONSTANT, TEXT -> line.base();
            case GROWING -> (line.base() + line.perSecond() * seconds) * pace;
            case CLOCK -> line.base() + seconds;
            case MOVING -> line.base() * (1 + 0.1 * Math.sin(seconds / 300 + 6.3 * trait(host, 3)));
        };
    }

    private static void appendNumber(StringBuilder out, double value, boolean whole) {
        if (whole && Math.abs(value) < 1e15) {
            out.append((long) value);
        } else if (Double.isInfinite(value) || Double.isNaN(value)) {
            out.append(Double.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
        } else {
            out.append(value);
        }
    }

    /** A fixed number per host and trait, uniformly distributed from 0 to 1. */
    static double trait(int host, int trait) {
        long mixed = (host * 31L + trait) * 0x9E3779B97F4A7C15L;
        mixed ^= mixed >>> 32;
        return ((mixed * 0xD6E8FEB86659FD93L) >>> 11) * 0x1.0p-53;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d series", series());
    }
}
