package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collector {@code host}: CPU, memory, load, file systems, disks, network and other host metrics. */
public final class HostCollector implements Collector {

    private final HostFiles files;
    private final Map<String, HostSubcollector> readings = new LinkedHashMap<>();
    private final FileSystemCollector fileSystems;

    /**
     * @param proc path of procfs
     * @param sys path of sysfs
     * @param clock clock for {@code node_time_seconds}
     */
    public HostCollector(Path proc, Path sys, FileSystemProbe probe, Clock clock) {
        files = new HostFiles(proc, sys);
        fileSystems = new FileSystemCollector(probe);
        readings.put("stat", new StatCollector());
        readings.put("loadavg", new LoadAvgCollector());
        readings.put("meminfo", new MemInfoCollector());
        readings.put("filesystem", fileSystems);
        readings.put("diskstats", new DiskStatsCollector());
        readings.put("network", new NetDevCollector());
        readings.put("pressure", new PressureCollector());
        readings.put("filefd", new FileDescriptorCollector());
        readings.put("vmstat", new VmstatCollector());
        readings.put("uname", new UnameCollector());
        readings.put("hwmon", new HwmonCollector());
        readings.put("time", new TimeCollector(clock));
    }

    @Override
    public String name() {
        return "host";
    }

    /** A failed metric group does not affect the others; the exception names the failed ones. */
    @Override
    public void collect(MetricSink out) throws PartialCollectionException, InterruptedException {
        StringBuilder failed = new StringBuilder();
        @Nullable Exception first = null;
        for (Map.Entry<String, HostSubcollector> reading : readings.entrySet()) {
            try {
                reading.getValue().read(files, out);
            } catch (IOException | RuntimeException e) {
                failed.append(failed.isEmpty() ? "" : "; ")
                        .append(reading.getKey())
                        .append(": ")
                        .append(e);
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw new PartialCollectionException(failed.toString(), first);
        }
    }

    @Override
    public void close() {
        fileSystems.close();
    }
}
