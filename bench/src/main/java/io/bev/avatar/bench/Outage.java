package io.bev.avatar.bench;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A fault of a source, and how a scrape shows it. */
enum Outage {
    GPU_LOST(5, "avatar_exporter_collector_success\\{collector=\"gpu\",?} 0", "nvidia_gpu_temperature_celsius"),
    GPU_UNKNOWN_ERROR(
            5, "avatar_exporter_collector_success\\{collector=\"gpu\",?} 0", "nvidia_gpu_temperature_celsius"),
    GPU_DENIED_AT_START(
            5, "avatar_exporter_collector_success\\{collector=\"gpu\",?} 0", "nvidia_gpu_temperature_celsius"),
    REDIS_STALLS(2, "redis_up 0", "redis_(?!up )\\w+"),
    REDIS_DIES(5, "redis_up 0", "redis_(?!up )\\w+"),
    REDIS_BUSY(5, "redis_up 0", "redis_(?!up )\\w+"),
    REDIS_LOADS(5, "redis_loading_dump_file 1", "redis_stream_length"),
    REDIS_DENIES_COMMANDS(5, "(?s)\\A(?!.*^redis_slowlog_length )", "redis_slowlog_last_id|redis_latency_spike"),
    REDIS_FLOODED(5, "avatar_exporter_redis_dropped_items\\{kind=\"errors\",?} [1-9]", ""),
    RENDERER_STALLS(
            2, "avatar_exporter_collector_success\\{collector=\"renderer\",?} 0", "avatar_renderer_frames_total"),
    RENDERER_DIES(5, "avatar_exporter_collector_success\\{collector=\"renderer\",?} 0", "avatar_renderer_frames_total"),
    HOST_FILE_GARBLED(5, "node_scrape_collector_success\\{collector=\"meminfo\",?} 0", "node_memory_MemTotal"),
    HOST_ENTRY_GARBLED(5, "avatar_exporter_host_skipped_entries\\{collector=\"netdev\",?} 1", ""),
    HOST_CPU_TIME_DIPS(5, "node_procs_running 77", ""),
    HOST_ODD_MOUNT(5, "node_filesystem_readonly\\{[^}]*mountpoint=\"/odd\uFFFDname\"", ""),
    HOST_TWIN_CHIPS(5, "node_hwmon_chip_names\\{[^}]*twin1", ""),
    HOST_MOUNTS_HANG(
            5,
            "node_filesystem_device_error\\{[^}]*/" + FuseMounts.NAME + "[^}]* 1.0",
            "node_filesystem_size_bytes\\{[^}]*/" + FuseMounts.NAME);

    private final int scrapes;
    private final Pattern sign;
    private final Pattern stale;

    /**
     * @param scrapes number of scrapes during the outage; few if each one runs into a timeout
     * @param sign start of a line that shows the outage
     * @param stale start of a line that would be an old value; empty if values stay valid
     */
    Outage(int scrapes, String sign, String stale) {
        this.scrapes = scrapes;
        this.sign = Pattern.compile("(?m)^" + sign);
        this.stale = Pattern.compile(stale.isEmpty() ? "(?!)" : "(?m)^(" + stale + ")");
    }

    int scrapes() {
        return scrapes;
    }

    /** Whether a scrape shows this outage. */
    boolean shownBy(String scrape) {
        return sign.matcher(scrape).find();
    }

    /** The first line of a scrape with a value that the source did not give during this outage. */
    Optional<String> staleLine(String scrape) {
        Matcher found = stale.matcher(scrape);
        return found.find() ? scrape.substring(found.start()).lines().findFirst() : Optional.empty();
    }
}
