package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.exporter.collector.MetricSink;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Components of the server that {@code INFO} lists with labels: modules, script engines, certificates, I/O threads, and the
 * masters of a Sentinel.
 *
 * <pre>
 * redis_module_info{name="search",ver="20612",api="1",filters="0",usedby="[]",using="[ReJSON]"} 1.0
 * redis_scripting_engine_memory_used_bytes{name="LUA",module="lua",abi_version="4"} 33792.0
 * redis_sentinel_master_status{master_name="avatar",master_address="10.0.0.1:6379",master_status="ok"} 1.0
 * </pre>
 */
final class ComponentMetrics {

    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern CERTIFICATE = Pattern.compile("(server|client|ca)_cert_serial");
    private static final String IO_THREAD = "used_active_time_io_thread_";

    private ComponentMetrics() {}

    static void write(RedisInfo info, MetricSink out) {
        info.modules().forEach(module -> module(module, out));
        info.names("engine_", NUMBER).forEach(name -> engine(info.texts(name), out));
        info.names("master", NUMBER).forEach(name -> sentinelMaster(info.texts(name), out));
        for (String name : info.names("tls_", CERTIFICATE)) {
            out.gauge(
                    "redis_tls_certificate_info",
                    "Always 1; labels describe a certificate of the server.",
                    1,
                    "certificate",
                    name.split("_", -1)[1],
                    "serial",
                    info.text(name).orElse(""));
        }
        for (String name : info.names(IO_THREAD, NUMBER)) {
            info.number(name)
                    .ifPresent(seconds -> out.counter(
                            "redis_active_time_io_thread_seconds_total",
                            "Time in which an I/O thread had work.",
                            seconds,
                            "thread",
                            name.substring(IO_THREAD.length())));
        }
    }

    private static void module(Map<String, String> module, MetricSink out) {
        out.gauge(
                "redis_module_info",
                "Always 1; labels describe a loaded module.",
                1,
                labels(module, "name", "ver", "api", "filters", "usedby", "using"));
    }

    private static void engine(Map<String, String> engine, MetricSink out) {
        String[] labels = labels(engine, "name", "module", "abi_version");
        out.gauge("redis_scripting_engine_info", "Always 1; labels describe a script engine.", 1, labels);
        RedisInfo.finite(engine.getOrDefault("used_memory", ""))
                .ifPresent(bytes -> out.gauge(
                        "redis_scripting_engine_memory_used_bytes", "Memory of a script engine.", bytes, labels));
        RedisInfo.finite(engine.getOrDefault("memory_overhead", ""))
                .ifPresent(bytes -> out.gauge(
                        "redis_scripting_engine_memory_overhead_bytes", "Overhead of a script engine.", bytes, labels));
    }

    private static void sentinelMaster(Map<String, String> master, MetricSink out) {
        String[] labels = {
            "master_name", master.getOrDefault("name", ""), "master_address", master.getOrDefault("address", "")
        };
        String status = master.getOrDefault("status", "");
        out.gauge(
                "redis_sentinel_master_status",
                "1 if the Sentinel considers the master ok.",
                status.equals("ok") ? 1 : 0,
                labels[0],
                labels[1],
                labels[2],
                labels[3],
                "master_status",
                status);
        RedisInfo.finite(master.getOrDefault("slaves", ""))
                .ifPresent(count -> out.gauge(
                        "redis_sentinel_master_slaves", "Replicas of the master, as far as known.", count, labels));
        RedisInfo.finite(master.getOrDefault("sentinels", ""))
                .ifPresent(count -> out.gauge(
                        "redis_sentinel_master_sentinels", "Sentinels that watch the master.", count, labels));
    }

    /** Label names and values in turns. */
    private static String[] labels(Map<String, String> fields, String... names) {
        String[] labels = new String[2 * names.length];
        for (int i = 0; i < names.length; i++) {
            labels[2 * i] = names[i];
            labels[2 * i + 1] = fields.getOrDefault(names[i], "");
        }
        return labels;
    }
}
