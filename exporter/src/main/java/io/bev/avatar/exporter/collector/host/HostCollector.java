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

/** The collector {@code host}: CPU, memory, load, file systems, disks, network and the rest of the machine. */
public final class HostCollector implements Collector {

    private final HostFiles files;
    private final Map<String, HostReading> readings = new LinkedHashMap<>();
    private final FileSystemReading fileSystems;

    /**
     * @param proc the proc file system
     * @param sys the sys file system
     * @param clock for {@code node_time_seconds}
     */
    public HostCollector(Path proc, Path sys, FileSystemProbe probe, Clock clock) {
        files = new HostFiles(proc, sys);
        fileSystems = new FileSystemReading(probe);
        readings.put("stat", new StatReading());
        readings.put("loadavg", new LoadReading());
        readings.put("meminfo", new MemoryReading());
        readings.put("filesystem", fileSystems);
        readings.put("diskstats", new DiskReading());
        readings.put("network", new NetworkReading());
        readings.put("pressure", new PressureReading());
        readings.put("filefd", new FileDescriptorReading());
        readings.put("vmstat", new VmstatReading());
        readings.put("uname", new UnameReading());
        readings.put("hwmon", new HwmonReading());
        readings.put("time", new TimeReading(clock));
    }

    @Override
    public String name() {
        return "host";
    }

    /** One reading that fails costs only itself: the others are true, and the collection says which one failed. */
    @Override
    public void collect(MetricSink out) throws PartialCollectionException, InterruptedException {
        StringBuilder failed = new StringBuilder();
        @Nullable Exception first = null;
        for (Map.Entry<String, HostReading> reading : readings.entrySet()) {
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
