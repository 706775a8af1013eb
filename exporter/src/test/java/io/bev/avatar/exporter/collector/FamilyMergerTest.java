package io.bev.avatar.exporter.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FamilyMergerTest {

    private final FamilyMerger merger = new FamilyMerger();

    private static List<MetricFamily> both(MetricSink first, MetricSink second) {
        List<MetricFamily> all = new ArrayList<>(first.families());
        all.addAll(second.families());
        return all;
    }

    @Test
    void merge_sameNameAndType_becomesOneFamilyWithoutDuplicates() {
        MetricSink first = new MetricSink();
        first.gauge("up", "Up.", 1, "job", "a");
        MetricSink second = new MetricSink();
        second.gauge("up", "Up too.", 0, "job", "a");
        second.gauge("up", "Up too.", 1, "job", "b");

        List<MetricFamily> merged = merger.merge(both(first, second));

        assertThat(merged).hasSize(1);
        assertThat(merged.get(0).samples())
                .extracting(s -> s.label("job") + s.value())
                .containsExactly("a1.0", "b1.0");
    }

    @Test
    void merge_sameNameAndOtherType_keepsTheFirst() {
        MetricSink first = new MetricSink();
        first.gauge("things", "Things.", 1);
        MetricSink second = new MetricSink();
        second.untyped("things", "Things.", 2);

        List<MetricFamily> merged = merger.merge(both(first, second));

        assertThat(merged).hasSize(1);
        assertThat(merged.get(0).samples().get(0).value()).isEqualTo(1);
    }
}
