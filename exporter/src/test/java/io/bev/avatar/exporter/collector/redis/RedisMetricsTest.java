package io.bev.avatar.exporter.collector.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.redis.RedisSnapshot.SlowEntry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Replies of servers that are not installed for tests. */
class RedisMetricsTest {

    private static String metrics(String info) {
        return metrics(info, Map.of(), "");
    }

    private static String metrics(String info, Map<String, String> config, String cluster) {
        MetricSink out = new MetricSink();
        RedisSnapshot snapshot = new RedisSnapshot(
                RedisInfo.parse(info),
                config,
                1,
                OptionalLong.empty(),
                new SlowEntry(0, 0),
                List.of(),
                cluster,
                List.of(),
                List.of());
        new RedisMetrics(Clock.systemUTC()).write(snapshot, out);
        assertThat(out.duplicates()).isEmpty();
        return Expositions.text(out);
    }

    @Test
    void valkey_hasItsVersionAndItsOwnMetrics() {
        assertThat(metrics("""
                        # Server
                        redis_version:7.2.4
                        server_name:valkey
                        valkey_version:9.0.1
                        valkey_release_stage:ga
                        server_mode:standalone
                        availability_zone:
                        used_active_time_main_thread:12.5
                        used_active_time_io_thread_1:2.5
                        # TLS
                        tls_server_cert_serial:0a1b
                        tls_server_cert_expires_in_seconds:86400
                        # Scripting Engines
                        engines_count:1
                        engine_0:name=LUA,module=lua,abi_version=4,used_memory=20,memory_overhead=21
                        # Keyspace
                        db0:keys=3,expires=1,avg_ttl=0,keys_with_volatile_items=2
                        """))
                .contains("redis_mode=\"standalone\"", "valkey_version=\"9.0.1\",valkey_release_stage=\"ga\",} 1.0")
                .doesNotContain("availability_zone")
                .contains("redis_active_time_main_thread_seconds_total 12.5\n")
                .contains("redis_active_time_io_thread_seconds_total{thread=\"1\",} 2.5\n")
                .contains("redis_tls_certificate_info{certificate=\"server\",serial=\"0a1b\",} 1.0\n")
                .contains("redis_tls_server_cert_expires_in_seconds 86400.0\n")
                .contains(
                        "redis_scripting_engine_memory_used_bytes{name=\"LUA\",module=\"lua\",abi_version=\"4\",} 20.0\n")
                .contains("redis_db_keys_with_expiring_items{db=\"db0\",} 2.0\n");
    }

    @Test
    void keyDbReplicaOfTwoMasters_hasALinkToEach() {
        assertThat(metrics("""
                        # Replication
                        role:active-replica
                        master_host:10.0.0.1
                        master_port:6379
                        master_link_status:up
                        master_last_io_seconds_ago:3
                        master_sync_in_progress:0
                        slave_repl_offset:77
                        slave_read_only:0
                        master_1_host:10.0.0.2
                        master_1_port:6380
                        master_1_link_status:down
                        master_1_last_io_seconds_ago:-1
                        slave0:ip=10.0.0.3,port=6379,state=online,offset=70,lag=1
                        server_threads:4
                        # Keyspace
                        db0:keys=3,expires=1,avg_ttl=0,cached_keys=2
                        """))
                .contains("redis_master_link_up{master_host=\"10.0.0.1\",master_port=\"6379\",} 1.0\n")
                .contains("redis_master_link_up{master_host=\"10.0.0.2\",master_port=\"6380\",} 0.0\n")
                .contains("redis_master_last_io_seconds_ago{master_host=\"10.0.0.2\",master_port=\"6380\",} -1.0\n")
                .contains("redis_slave_repl_offset{master_host=\"10.0.0.1\",master_port=\"6379\",} 77.0\n")
                .contains("redis_slave_info{master_host=\"10.0.0.1\",master_port=\"6379\",read_only=\"0\",} 1.0\n")
                .contains("redis_connected_slave_lag_seconds{slave_ip=\"10.0.0.3\",slave_port=\"6379\","
                        + "slave_state=\"online\",} 1.0\n")
                .contains("redis_server_threads_total 4.0\n", "redis_db_keys_cached{db=\"db0\",} 2.0\n");
    }

    @Test
    void modules_areEachASeries() {
        assertThat(metrics("""
                        # Modules
                        module:name=search,ver=20612,api=1,filters=0,usedby=[],using=[ReJSON,vector],options=[handle-io-errors]
                        module:name=ReJSON,ver=20609,api=1,filters=0,usedby=[search],using=[],options=[]
                        # Modules
                        module:name=ReJSON,ver=20609,api=1,filters=0,usedby=[search],using=[],options=[]
                        search_number_of_indexes:2
                        search_total_indexing_time:1500
                        """))
                .contains("redis_module_info{name=\"search\",ver=\"20612\",api=\"1\",filters=\"0\",usedby=\"[]\","
                        + "using=\"[ReJSON,vector]\",} 1.0\n")
                .containsOnlyOnce("redis_module_info{name=\"ReJSON\"")
                .contains("redis_search_number_of_indexes 2.0\n", "redis_search_indexing_time_ms_total 1500.0\n");
    }

    @Test
    void cluster_hasEveryFieldOnce() {
        assertThat(
                        metrics(
                                "cluster_enabled:1\ncluster_connections:2\ncluster_state:ok\n",
                                Map.of(),
                                "cluster_state:fail\r\ncluster_stats_messages_ping_sent:5\r\ncluster_stats_messages_sent:9\r\n"))
                .contains("redis_cluster_state 0.0\n", "redis_cluster_connections 2.0\n")
                .contains("redis_cluster_stats_messages_ping_sent 5.0\n", "redis_cluster_messages_sent_total 9.0\n");
    }

    @Test
    void oddValues_areAbsent() {
        assertThat(metrics("""
                        uptime_in_seconds:soon
                        used_memory:NaN
                        maxmemory:
                        slave0:offset,,=,lag=x
                        master0:name=a]b[,status
                        module:
                        db0:keys=inf
                        """, Map.of("maxclients", "many", "client-output-buffer-limit", "normal 0"), ""))
                .doesNotContain("redis_uptime", "redis_memory", "redis_connected_slave", "redis_config", "NaN", "Inf");
    }

    @Test
    void settings_haveTheLimitsOfEachClass() {
        assertThat(metrics(
                        "",
                        Map.of(
                                "maxclients", "10000",
                                "io-threads", "4",
                                "client-output-buffer-limit", "normal 0 0 0 pubsub 32 8 60"),
                        ""))
                .contains("redis_config_maxclients 10000.0\n", "redis_config_io_threads 4.0\n")
                .contains("redis_config_client_output_buffer_limit_bytes{class=\"pubsub\",limit=\"hard\",} 32.0\n")
                .contains("redis_config_client_output_buffer_limit_overcome_seconds{class=\"pubsub\",limit=\"soft\",}"
                        + " 60.0\n");
    }
}
