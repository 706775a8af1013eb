package io.bev.avatar.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetricsReferenceTest {

    @Test
    void page_hasOneRowPerFamilyWithUnitAndLabels() {
        String page = MetricsReference.page("""
                # HELP node_disk_written_bytes_total Bytes written, a|b
                # TYPE node_disk_written_bytes_total counter
                node_disk_written_bytes_total{device="sda",} 1.0
                # HELP avatar_x_seconds Duration
                # TYPE avatar_x_seconds histogram
                avatar_x_seconds_bucket{host="a,b=\\"c\\"",le="1"} 2.0
                avatar_x_seconds_count{host="d"} 2.0
                """, """
                # HELP node_disk_written_bytes_total Bytes written, a|b
                # TYPE node_disk_written_bytes_total counter
                # HELP redis_cluster_state 1 if the cluster is complete
                # TYPE redis_cluster_state gauge
                redis_cluster_state 1.0
                """);

        assertThat(page)
                .contains("""
                        ## Host

                        | metric | type | unit | labels | description |
                        |---|---|---|---|---|
                        | `node_disk_written_bytes_total` | counter | bytes | `device` | Bytes written, a\\|b |
                        """)
                .contains("| `avatar_x_seconds` | histogram | seconds | `host`, `le` | Duration |\n")
                .endsWith("""
                        ## Other configurations

                        | metric | type | unit | labels | description |
                        |---|---|---|---|---|
                        | `redis_cluster_state` | gauge |  |  | 1 if the cluster is complete |
                        """)
                .containsOnlyOnce("node_disk_written_bytes_total")
                .doesNotContain("avatar_x_seconds_bucket");
    }
}
