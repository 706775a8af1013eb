package io.bev.avatar.exporter.collector.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.collector.MetricSink;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class XidCountsTest {

    @Test
    void add_moreXidsThanTheLimit_countsTheRestAsOther() throws Exception {
        XidCounts counts = new XidCounts();
        for (long xid = 1; xid <= 10_000; xid++) {
            counts.add("GPU-a", "0", xid, Instant.EPOCH);
        }
        counts.add("GPU-a", "0", 7, Instant.EPOCH);
        counts.add("GPU-b", "1", 79, Instant.EPOCH);
        MetricSink out = new MetricSink();

        counts.emit(out);

        String text = Expositions.text(out);
        assertThat(text.lines().filter(line -> line.startsWith("nvidia_gpu_xid_errors_total{")))
                .hasSize(XidCounts.MAX_XIDS + 2)
                .contains("nvidia_gpu_xid_errors_total{uuid=\"GPU-a\",gpu=\"0\",xid=\"7\",} 2.0")
                .contains("nvidia_gpu_xid_errors_total{uuid=\"GPU-a\",gpu=\"0\",xid=\"other\",} "
                        + (10_000.0 - XidCounts.MAX_XIDS))
                .contains("nvidia_gpu_xid_errors_total{uuid=\"GPU-b\",gpu=\"1\",xid=\"79\",} 1.0");
        assertThat(counts.last("GPU-a")).isEqualTo(7);
    }
}
