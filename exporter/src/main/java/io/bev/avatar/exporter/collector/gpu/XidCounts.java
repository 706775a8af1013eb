package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.collector.MetricSink;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** XID errors since the start of the exporter; retained across NVML sessions. */
final class XidCounts {

    /** NVML's value for an unknown XID. */
    private static final long UNKNOWN = 999;

    private record Key(String uuid, String gpu, String xid) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            return (uuid + '/' + xid).compareTo(other.uuid + '/' + other.xid);
        }
    }

    private record Seen(long count, Instant last) {}

    /** Limit of XIDs for each GPU. NVIDIA documents about 150; a driver that invents numbers must not make series without end. */
    static final int MAX_XIDS = 200;

    /** Label value of all further XIDs. */
    private static final String OTHER = "other";

    private final Map<String, Long> lastByUuid = new ConcurrentHashMap<>();

    private final Map<Key, Seen> counts = new ConcurrentSkipListMap<>();

    void add(String uuid, String gpu, long xid, Instant when) {
        Key key = new Key(uuid, gpu, xid == UNKNOWN ? "unknown" : String.valueOf(xid));
        if (!counts.containsKey(key)
                && counts.keySet().stream()
                                .filter(known -> known.uuid.equals(uuid))
                                .count()
                        >= MAX_XIDS) {
            key = new Key(uuid, gpu, OTHER);
        }
        lastByUuid.put(uuid, xid);
        counts.merge(key, new Seen(1, when), (old, one) -> new Seen(old.count + 1, when));
    }

    /** The latest XID of this GPU: 999 for an unknown one, 0 for none. */
    long last(String uuid) {
        return lastByUuid.getOrDefault(uuid, 0L);
    }

    /** Adds the metrics under the names of nvidia_gpu_exporter. */
    void emitSmi(MetricSink out) {
        counts.forEach((key, seen) -> {
            String[] labels = {"uuid", SmiMetricMapper.uuid(key.uuid), "xid", key.xid};
            out.counter("nvidia_smi_xid_errors_total", "Errors reported by the driver, by XID", seen.count, labels);
            out.gauge(
                    "nvidia_smi_xid_last_timestamp_seconds",
                    "Unix time of the driver's latest report of this XID",
                    seen.last.toEpochMilli() / 1000.0,
                    labels);
        });
    }

    void emit(MetricSink out) {
        counts.forEach((key, seen) -> {
            String[] labels = {"uuid", key.uuid, "gpu", key.gpu, "xid", key.xid};
            out.counter("nvidia_gpu_xid_errors_total", "Errors reported by the driver, by XID", seen.count, labels);
        });
        counts.forEach((key, seen) -> {
            String[] labels = {"uuid", key.uuid, "gpu", key.gpu, "xid", key.xid};
            out.gauge(
                    "nvidia_gpu_xid_last_timestamp_seconds",
                    "Unix time of the driver's latest report of this XID",
                    seen.last.toEpochMilli() / 1000.0,
                    labels);
        });
    }
}
