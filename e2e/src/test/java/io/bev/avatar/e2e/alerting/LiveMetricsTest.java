package io.bev.avatar.e2e.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

/** The comparison with a live Prometheus detects missing metrics and wrong types. */
class LiveMetricsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void missingSeriesOrWrongType_isReported() throws Exception {
        LiveMetrics live = new LiveMetrics(JSON.readTree("""
            {"data": {
              "redis_up": [{"type": "counter"}],
              "avatar_renderer_frames_total": [{"type": "gauge"}],
              "avatar_renderer_frame_duration_seconds": [{"type": "histogram"}]}}\
            """), JSON.readTree("""
                              {"data": ["redis_up", "avatar_renderer_frames_total",
                                "avatar_renderer_frame_duration_seconds_bucket"]}\
                              """));

        assertThat(live.found()).isEqualTo(3);
        assertThat(live.problems())
                .anyMatch(problem -> problem.endsWith("AvatarRedisDown warning: plain redis_up, a counter"))
                .anyMatch(problem -> problem.endsWith("rate of avatar_renderer_frames_total, a gauge"))
                .anyMatch(problem -> problem.endsWith("node_memory_MemAvailable_bytes is not there"))
                .noneMatch(problem -> problem.contains("frame_duration_seconds_bucket"))
                .noneMatch(problem -> problem.contains("avatar_exporter_nvml_error"));
    }
}
