package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.bench.Detection.Times;
import io.bev.avatar.bench.Fault.Delivery;
import io.bev.avatar.bench.Fault.Expectation;
import io.bev.avatar.testkit.Repository;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DetectionSummaryTest {

    private static final AlertKey GPU = new AlertKey("AvatarGpuMissing", "critical");
    private static final AlertKey OTHER = new AlertKey("AvatarHostDown", "critical");

    @Test
    void recallPrecisionAndLateness_areThoseOfAllFaults() throws Exception {
        // The `for` of 10 s is 9 s here: one event is 2 s late, one 6 s.
        DetectionSummary summary = summary(
                detection("first", List.of(GPU), Map.of(GPU, event(11)), List.of(), List.of()),
                detection("second", List.of(GPU), Map.of(GPU, event(15)), List.of(), List.of(OTHER)),
                detection("third", List.of(GPU), Map.of(), List.of(GPU), List.of()),
                detection("harmless", List.of(), Map.of(), List.of(), List.of()));

        assertThat(summary.sentence())
                .contains("4 faults (4 different), 1 of them harmless")
                .contains("recall 66.7 % (2 of 3 alerts)")
                .contains("precision 66.7 % (1 unrelated)")
                .contains("p99 6.0 s, maximum 6.0 s");
        assertThat(summary.section()).contains("Later than 5 s: second, GpuMissing (critical).");
    }

    @Test
    void healthyPeriod_countsItsAlertsAsUnrelated_andIsNoFault() throws Exception {
        DetectionSummary summary =
                summary(detection(FaultHosts.HEALTHY, List.of(), Map.of(), List.of(), List.of(OTHER)));

        assertThat(summary.injected()).isZero();
        assertThat(summary.unrelated()).isEqualTo(1);
        assertThat(summary.section()).contains("healthy period");
    }

    @Test
    void alertWithoutFault_isListedWithItsReason() throws Exception {
        assertThat(summary(Detection.skipped(fault("skipped", List.of(GPU)), "no GPU"))
                        .withoutFault())
                .contains("- AvatarGpuMissing: its fault was not injected in this run.")
                .contains("- AvatarWatchdog: the heartbeat");
    }

    private static DetectionSummary summary(Detection... detections) throws IOException {
        return DetectionSummary.of(
                List.of(detections),
                RuleTimes.read(Repository.root().resolve("alerting-rules")),
                ShortenedRules.STANDARD);
    }

    private static Times event(double seconds) {
        return new Times(
                OptionalDouble.of(seconds), OptionalDouble.of(seconds), OptionalDouble.empty(), OptionalDouble.empty());
    }

    private static Fault fault(String name, List<AlertKey> expected) {
        return new Fault(
                name,
                "how",
                true,
                expected.stream()
                        .map(alert -> new Expectation(alert, Delivery.AT_ONCE))
                        .toList(),
                Set.of(),
                stack -> () -> {});
    }

    private static Detection detection(
            String name,
            List<AlertKey> expected,
            Map<AlertKey, Times> times,
            List<AlertKey> missing,
            List<AlertKey> unrelated) {
        return new Detection(
                fault(name, expected),
                times,
                missing,
                unrelated,
                List.of(),
                List.of(),
                OptionalDouble.empty(),
                60,
                OptionalDouble.of(0),
                Optional.empty(),
                1);
    }
}
