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

    /** Maximum delay beyond a rule's {@code for}. */
    static final double IN_TIME_SECONDS = 5;

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
    String page(List<Detection> detections, String machine, LocalDate day) {
        StringBuilder page = new StringBuilder(String.format(
                Locale.ROOT,
                """
                # Fault detection and latency

                `./avatar bench detect --docs` generated this page on %s, on %s. It injects each fault into a running stack of renderer,
                exporter, Redis, Prometheus and Alertmanager with a simulated GPU. A client changes the avatar's emotion every second.
                Scrape and evaluation intervals are the shipped ones. To keep the run short, times in the rules are reduced: a `for` to a tenth plus
                %d s, a window to a tenth plus %d s, never above the shipped value. XID alerts stay active for 20 s, and the heartbeat timeout is
                %d s.

                All times are in seconds. *Firing*: from the fault until the alert fires in Prometheus. *Event*: from the fault until the event is in
                the Redis list `avatar:alerts`. *Condition*: time that the alert condition itself needs, such as a window; see the notes.
                ***Late***: delay of the event beyond condition and `for`, caused by scrape, rule evaluation and delivery to Redis. *Resolved*: from
                the end of the fault until the alert is resolved.

                | fault | alert | `for` shipped | `for` here | firing | event | condition | late | resolved |
                |---|---|---:|---:|---:|---:|---:|---:|---:|
                """,
                day,
                machine,
                shortened.moreFor().toSeconds(),
                shortened.moreWindow().toSeconds(),
                FaultStack.SILENCE.toSeconds()));
        detections.forEach(detection -> rows(page, detection));
        page.append("\n").append(verdict(detections)).append("\n");
        page.append(bounds);
        page.append("\nNotes on the faults:\n\n");
        detections.forEach(detection -> page.append(note(detection)));
        page.append("\n");
        page.append(legend());
        return page.toString();
    }

    private void rows(StringBuilder page, Detection detection) {
        Fault fault = detection.fault();
        if (detection.skipped().isPresent()) {
            page.append(row(fault.name(), "*skipped: " + detection.skipped().get() + "*", "", "", "", "", "", "", ""));
            return;
        }
        Map<AlertKey, Times> rest = new TreeMap<>(detection.times());
        String name = fault.name();
        for (Expectation expectation : fault.expected()) {
            AlertKey alert = expectation.alert();
            Optional<Times> times = Optional.ofNullable(rest.remove(alert));
            String shown = detection.missing().contains(alert) ? alert + " **missing**" : "**" + alert + "**";
            page.append(alertRow(
                    name,
                    shown + mark(expectation),
                    alert,
                    times,
                    number(condition(detection, expectation)),
                    number(late(detection, expectation))));
            name = "";
        }
        for (Map.Entry<AlertKey, Times> also : rest.entrySet()) {
            page.append(alertRow(
                    "", also.getKey().toString(), also.getKey(), Optional.of(also.getValue()), ABSENT, ABSENT));
        }
        for (AlertKey alert : detection.unrelated()) {
            page.append(row("", alert + " **unrelated**", "", "", "", "", "", "", ""));
        }
    }

    private static OptionalDouble condition(Detection detection, Expectation expectation) {
        Fault.Condition condition = expectation.condition();
        return condition.afterRestart()
                ? detection.restartSeconds()
                : OptionalDouble.of(condition.atMost().toMillis() / 1000.0);
    }

    /** Delay of the event beyond condition and {@code for}; empty if the fault or a more severe alert obstructs it. */
    private OptionalDouble late(Detection detection, Expectation expectation) {
        Optional<Times> times = Optional.ofNullable(detection.times().get(expectation.alert()));
        OptionalDouble event = times.map(Times::event).orElse(OptionalDouble.empty());
        OptionalDouble condition = condition(detection, expectation);
        boolean direct = expectation.delivery() == Fault.Delivery.AT_ONCE
                || expectation.delivery() == Fault.Delivery.BY_EXPORTER;
        if (!direct || event.isEmpty() || condition.isEmpty()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(event.getAsDouble() - condition.getAsDouble() - waits(expectation));
    }

    /** The {@code for} of the rule; none for an alert of the exporter. */
    private double waits(Expectation expectation) {
        return expectation.delivery() == Fault.Delivery.BY_EXPORTER
                ? 0
                : rules.shipped(expectation.alert())
                        .map(shortened::shortenedFor)
                        .orElse(Duration.ZERO)
                        .toSeconds();
    }

    /** One sentence: whether every event arrived in time. */
    private String verdict(List<Detection> detections) {
        int measured = 0;
        double worst = Double.NEGATIVE_INFINITY;
        List<String> tooLate = new ArrayList<>();
        for (Detection detection : detections) {
            for (Expectation expectation : detection.fault().expected()) {
                OptionalDouble late = late(detection, expectation);
                if (late.isPresent()) {
                    measured++;
                    worst = Math.max(worst, late.getAsDouble());
                    if (late.getAsDouble() > IN_TIME_SECONDS) {
                        tooLate.add(detection.fault().name() + ", " + expectation.alert());
                    }
                }
            }
        }
        String measure =
                String.format(Locale.ROOT, "%.0f s beyond condition and `for`; maximum %.1f s", IN_TIME_SECONDS, worst);
        return tooLate.isEmpty()
                ? "**All " + measured + " events with an unobstructed path arrived within " + measure + ".**\n"
                : "**Of " + measured + " events with an unobstructed path, some did not arrive within " + measure
                        + ":** " + String.join("; ", tooLate) + ".\n";
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
