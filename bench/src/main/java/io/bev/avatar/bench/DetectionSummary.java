package io.bev.avatar.bench;

import io.bev.avatar.bench.Fault.Expectation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/**
 * Recall, precision and lateness of all detections.
 *
 * @param injected faults that were injected
 * @param names different faults among them
 * @param harmless those that must raise no alert
 * @param healthySeconds time without a fault, over all hosts
 * @param expected alerts that had to be raised
 * @param raised those of them that were raised, with their event
 * @param related alerts that were raised by a fault: expected ones and known consequences
 * @param unrelated other alerts that were raised
 * @param late seconds by which each event with an unobstructed path was late
 * @param tooLate faults and alerts of those above {@link #IN_TIME_SECONDS}
 * @param skipped faults that this machine does not allow
 * @param undetected alerts of the rules that no injected fault had to raise
 */
record DetectionSummary(
        int injected,
        int names,
        int harmless,
        double healthySeconds,
        int expected,
        int raised,
        int related,
        int unrelated,
        Samples late,
        List<String> tooLate,
        List<String> skipped,
        Set<String> undetected) {

    /** Maximum delay beyond condition and a rule's {@code for}. */
    static final double IN_TIME_SECONDS = 5;

    static DetectionSummary of(List<Detection> detections, RuleTimes rules, ShortenedRules shortened) {
        Samples late = new Samples();
        List<String> tooLate = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        Set<String> names = new TreeSet<>();
        Set<String> undetected = new TreeSet<>(rules.names());
        int injected = 0;
        int harmless = 0;
        double healthy = 0;
        int expected = 0;
        int missing = 0;
        int related = 0;
        int unrelated = 0;
        for (Detection detection : detections) {
            Fault fault = detection.fault();
            if (detection.skipped().isPresent()) {
                skipped.add(fault.name());
                continue;
            }
            unrelated += detection.unrelated().size();
            if (fault.name().equals(FaultHosts.HEALTHY)) {
                healthy += detection.lastingSeconds();
                continue;
            }
            injected++;
            names.add(fault.name());
            harmless += fault.expected().isEmpty() ? 1 : 0;
            expected += fault.expected().size();
            missing += detection.missing().size();
            related += detection.times().size();
            for (Expectation expectation : fault.expected()) {
                undetected.remove(expectation.alert().name());
                OptionalDouble seconds = late(detection, expectation, rules, shortened);
                if (seconds.isPresent()) {
                    late.add(seconds.getAsDouble());
                    if (seconds.getAsDouble() > IN_TIME_SECONDS) {
                        tooLate.add(fault.name() + ", " + expectation.alert());
                    }
                }
            }
        }
        return new DetectionSummary(
                injected,
                names.size(),
                harmless,
                healthy,
                expected,
                expected - missing,
                related,
                unrelated,
                late,
                List.copyOf(tooLate),
                List.copyOf(skipped),
                undetected);
    }

    /**
     * Delay of the event beyond condition and {@code for}; empty if the fault or a more severe alert obstructs it. Negative where the
     * condition held sooner than at most.
     */
    static OptionalDouble late(
            Detection detection, Expectation expectation, RuleTimes rules, ShortenedRules shortened) {
        Detection.Times times = detection.times().get(expectation.alert());
        OptionalDouble condition = condition(detection, expectation);
        boolean direct = expectation.delivery() == Fault.Delivery.AT_ONCE
                || expectation.delivery() == Fault.Delivery.BY_EXPORTER;
        if (!direct || times == null || times.event().isEmpty() || condition.isEmpty()) {
            return OptionalDouble.empty();
        }
        double waits = expectation.delivery() == Fault.Delivery.BY_EXPORTER
                ? 0
                : rules.shipped(expectation.alert())
                        .map(shortened::shortenedFor)
                        .orElse(Duration.ZERO)
                        .toSeconds();
        return OptionalDouble.of(times.event().getAsDouble() - condition.getAsDouble() - waits);
    }

    /** Time that the condition itself needs; empty if it starts with a restart that was not seen. */
    static OptionalDouble condition(Detection detection, Expectation expectation) {
        Fault.Condition condition = expectation.condition();
        return condition.afterRestart()
                ? detection.restartSeconds()
                : OptionalDouble.of(condition.atMost().toMillis() / 1000.0);
    }

    private static double share(int part, int all) {
        return all == 0 ? 100 : 100.0 * part / all;
    }

    String sentence() {
        return String.format(
                Locale.ROOT,
                "%d faults (%d different), %d of them harmless: recall %.1f %% (%d of %d alerts), precision %.1f %%"
                        + " (%d unrelated)%s",
                injected,
                names,
                harmless,
                share(raised, expected),
                raised,
                expected,
                share(related, related + unrelated),
                unrelated,
                late.count() == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "; late p50 %.1f s, p99 %.1f s, maximum %.1f s",
                                late.median(),
                                late.percentile(0.99),
                                late.percentile(1)));
    }

    /** Section of the page. */
    String section() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                """
                | | result | target |
                |---|---:|---:|
                | faults injected (different ones) | %d (%d) | 60 |
                | of these, faults that must raise no alert | %d | |
                | recall: expected alerts that were raised | **%.1f %%** (%d of %d) | 100 %% |
                | precision: raised alerts that the fault explains | **%.1f %%** (%d of %d) | 100 %% |
                """,
                injected,
                names,
                harmless,
                share(raised, expected),
                raised,
                expected,
                share(related, related + unrelated),
                related,
                related + unrelated));
        if (late.count() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    """
                    | late, p50 / p99 / maximum of %d events | %.1f / **%.1f** / %.1f s | p99 at most %.0f s |
                    """,
                    late.count(),
                    late.median(),
                    late.percentile(0.99),
                    late.percentile(1),
                    IN_TIME_SECONDS));
        }
        if (healthySeconds > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "| healthy period without an alert, sum over the hosts | %.0f min; with shipped times, %.0f h | no"
                            + " alert |%n",
                    healthySeconds / 60,
                    healthySeconds / 360));
        }
        text.append('\n');
        if (!tooLate.isEmpty()) {
            text.append("Later than ")
                    .append(Math.round(IN_TIME_SECONDS))
                    .append(" s: ")
                    .append(String.join("; ", tooLate))
                    .append(".\n\n");
        }
        if (!skipped.isEmpty()) {
            text.append("Not injected, see the notes: ")
                    .append(String.join(", ", skipped))
                    .append(".\n\n");
        }
        return text.toString();
    }

    /** Alerts without a fault, with the reason. */
    String withoutFault() {
        StringBuilder text = new StringBuilder();
        for (String alert : undetected) {
            text.append("- ").append(alert).append(": ").append(reason(alert)).append(".\n");
        }
        return text.isEmpty() ? "" : "## Alerts without a fault\n\n" + text + "\n";
    }

    private static String reason(String alert) {
        return FaultCatalogue.WITHOUT_FAULT.getOrDefault(alert, "its fault was not injected in this run");
    }
}
