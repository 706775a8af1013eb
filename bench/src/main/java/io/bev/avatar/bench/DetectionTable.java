package io.bev.avatar.bench;

import io.bev.avatar.bench.Detection.Times;
import io.bev.avatar.bench.Fault.Expectation;
import io.bev.avatar.common.bench.Measurement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The detection matrix as a page of the documentation. */
final class DetectionTable {

    private static final String ABSENT = "—";

    private final RuleTimes rules;
    private final ShortenedRules shortened;
    private final String bounds;

    /** @param bounds section on the worst case, in Markdown */
    DetectionTable(RuleTimes rules, ShortenedRules shortened, String bounds) {
        this.rules = rules;
        this.shortened = shortened;
        this.bounds = bounds;
    }

    /** Markdown. */
    String page(List<Detection> detections, DetectionSummary summary, String machine, LocalDate day) {
        StringBuilder page = new StringBuilder(String.format(
                Locale.ROOT,
                """
                # Fault detection and latency

                `./avatar bench detect --docs` generated this page on %s, on %s. It injects each fault into a running stack of renderer,
                exporter, Redis, Prometheus and Alertmanager with a simulated GPU, or into one of ten further hosts at two sites, each with its own
                exporter, Redis, simulated GPU, small disk and copies of /proc. Each host has a namesake at the other site, where none of its alerts
                may appear. A client changes the avatar's emotion every second. Scrape and evaluation intervals are the shipped ones.
                Times in the rules: a `for` is %s, a window %s. XID alerts stay active for 20 s, and the heartbeat timeout is %d s.

                %s
                All times are in seconds. *Firing*: from the fault until the alert fires in Prometheus. *Event*: from the fault until the event is in
                the Redis list `avatar:alerts`. *Condition*: maximum time that the alert condition itself needs, such as a window; see the notes.
                ***Late***: delay of the event beyond condition and `for`, caused by scrape, rule evaluation and delivery to Redis. *Resolved*: from
                the end of the fault until the alert is resolved. A fault with the alert "none" must raise no alert.
                A fault is repeated, at most twice, if its result is not as expected and this machine was overloaded meanwhile: it gave less than a quarter
                of a core to a thread of the benchmark, and scrapes fail by themselves. The third such result is void.

                | fault | alert | `for` shipped | `for` here | firing | event | condition | late | resolved |
                |---|---|---:|---:|---:|---:|---:|---:|---:|
                """,
                day,
                machine,
                shortened.text(shortened.moreFor()),
                shortened.text(shortened.moreWindow()),
                FaultStack.SILENCE.toSeconds(),
                summary.section()));
        detections.stream()
                .filter(detection -> !isHealthyPeriod(detection) || !detection.isAsExpected())
                .forEach(detection -> rows(page, detection));
        page.append('\n').append(summary.withoutFault());
        page.append(bounds);
        page.append("\nNotes on the faults:\n\n");
        detections.stream()
                .filter(detection -> !isHealthyPeriod(detection))
                .forEach(detection -> page.append(note(detection)));
        page.append("\n");
        page.append(legend());
        return page.toString();
    }

    private static boolean isHealthyPeriod(Detection detection) {
        return detection.fault().name().equals(FaultHosts.HEALTHY);
    }

    private void rows(StringBuilder page, Detection detection) {
        Fault fault = detection.fault();
        if (detection.skipped().isPresent()) {
            page.append(row(fault.name(), "*skipped: " + detection.skipped().get() + "*", "", "", "", "", "", "", ""));
            return;
        }
        Map<AlertKey, Times> rest = new TreeMap<>(detection.times());
        String name = fault.name();
        if (fault.expected().isEmpty() && rest.isEmpty()) {
            page.append(row(name, "none", "", "", "", "", "", "", ""));
            name = "";
        }
        for (Expectation expectation : fault.expected()) {
            AlertKey alert = expectation.alert();
            Optional<Times> times = Optional.ofNullable(rest.remove(alert));
            String shown = detection.missing().contains(alert) ? alert + " **missing**" : "**" + alert + "**";
            page.append(alertRow(
                    name,
                    shown + mark(expectation),
                    alert,
                    times,
                    number(DetectionSummary.condition(detection, expectation)),
                    number(DetectionSummary.late(detection, expectation, rules, shortened))));
            name = "";
        }
        for (Map.Entry<AlertKey, Times> also : rest.entrySet()) {
            page.append(alertRow(
                    name, also.getKey().toString(), also.getKey(), Optional.of(also.getValue()), ABSENT, ABSENT));
            name = "";
        }
        for (AlertKey alert : detection.unrelated()) {
            page.append(row("", alert + " **unrelated**", "", "", "", "", "", "", ""));
        }
    }

    private static String mark(Expectation expectation) {
        return switch (expectation.delivery()) {
            case AT_ONCE -> "";
            case WHEN_RESTORED -> " ¹";
            case INHIBITED -> " ²";
            case BY_EXPORTER -> " ³";
        };
    }

    private String alertRow(
            String name, String shown, AlertKey alert, Optional<Times> times, String condition, String late) {
        Optional<Duration> shipped = rules.shipped(alert);
        return row(
                name,
                shown,
                shipped.map(DetectionTable::seconds).orElse(ABSENT),
                shipped.map(shortened::shortenedFor)
                        .map(DetectionTable::seconds)
                        .orElse(ABSENT),
                number(times.map(Times::firing).orElse(OptionalDouble.empty())),
                number(times.map(Times::event).orElse(OptionalDouble.empty())),
                condition,
                late,
                resolved(times));
    }

    private static String resolved(Optional<Times> times) {
        OptionalDouble resolved = times.map(Times::resolved).orElse(OptionalDouble.empty());
        if (resolved.isEmpty()) {
            resolved = times.map(Times::resolvedEvent).orElse(OptionalDouble.empty());
        }
        return resolved.isPresent() && resolved.getAsDouble() < 0 ? "before" : number(resolved);
    }

    private static String seconds(Duration duration) {
        return Long.toString(duration.toSeconds());
    }

    private static String number(OptionalDouble seconds) {
        return seconds.isPresent() ? String.format(Locale.ROOT, "%.1f", seconds.getAsDouble()) : ABSENT;
    }

    private static String row(String... cells) {
        StringJoiner row = new StringJoiner(" | ", "| ", " |\n");
        for (String cell : cells) {
            row.add(cell);
        }
        return row.toString();
    }

    private static String note(Detection detection) {
        List<String> parts = new ArrayList<>();
        parts.add(detection.fault().how());
        if (detection.skipped().isEmpty()) {
            parts.add(String.format(Locale.ROOT, "lasted %.0f s", detection.lastingSeconds()));
            parts.add(
                    detection.wholeSeconds().isPresent()
                            ? String.format(
                                    Locale.ROOT,
                                    "all services available %.1f s after its end",
                                    detection.wholeSeconds().getAsDouble())
                            : "**not all services became available again**");
        }
        detection.fault().expected().stream()
                .map(expectation -> expectation.condition().why())
                .filter(why -> !why.isEmpty())
                .forEach(parts::add);
        if (detection.runs() > 1) {
            parts.add("run " + detection.runs() + ", because this machine was overloaded during the earlier ones");
        }
        if (!detection.steps().isEmpty()) {
            parts.add("recovery: " + String.join(", ", detection.steps()));
        }
        if (!detection.ofTheMachine().isEmpty()) {
            parts.add("alerts about the machine itself: "
                    + detection.ofTheMachine().stream().map(AlertKey::toString).collect(Collectors.joining(", ")));
        }
        return "- " + detection.fault().name() + ": " + String.join("; ", parts) + ".\n";
    }

    private static String legend() {
        return """
            Alerts in **bold** must be raised by the fault; the others are known consequences. Any other alert is marked unrelated and fails the
            run, except alerts about the machine that runs the benchmark.

            ¹ The fault blocks the event itself (Redis, exporter or token): the event is delivered after the fault has ended.
            ² An alert with higher severity on the same host inhibits the notification, unless this one fired first.
            ³ Raised by the exporter when the heartbeat stops arriving, since Prometheus is down.

            Resolved "before" means that the alert ended during the fault because the system recovered by itself. Alerts with `keep_firing_for`
            or a window stay active correspondingly longer to avoid flapping.
            """;
    }

    /** Lines for {@code --json}: the first expected alert of each injected fault. */
    static List<Measurement> lines(List<Detection> detections) {
        return detections.stream()
                .filter(detection -> detection.skipped().isEmpty())
                .map(DetectionTable::line)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Measurement> line(Detection detection) {
        if (detection.fault().expected().isEmpty()) {
            return Optional.empty();
        }
        AlertKey alert = detection.fault().expected().get(0).alert();
        Times times = detection.times().get(alert);
        if (times == null || times.event().isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> details = new TreeMap<>();
        details.put("alert", alert.toString());
        times.firing().ifPresent(seconds -> details.put("firing", seconds));
        times.resolved().ifPresent(seconds -> details.put("resolved", seconds));
        return Optional.of(new Measurement(
                "detect." + detection.fault().name() + ".seconds", times.event().getAsDouble(), "s", details));
    }
}
