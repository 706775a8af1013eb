package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.collector.SeriesCache;
import io.bev.avatar.exporter.collector.host.TimeCollector.LocalZone;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collector {@code host}: the metrics of node_exporter's collectors, each with its own success.
 *
 * <pre>
 * node_scrape_collector_success{collector="meminfo"} 1.0
 * node_scrape_collector_duration_seconds{collector="meminfo"} 1.2E-4
 * avatar_exporter_host_skipped_entries{collector="netdev"} 1.0
 * </pre>
 *
 * <p>A subcollector whose source this host lacks has no series. Subcollectors that ask hardware, and the one that
 * reads text files, run on threads of their own, so that a device or file that does not answer affects only them.
 */
public final class HostCollector implements Collector {

    private static final Logger LOG = LoggerFactory.getLogger(HostCollector.class);

    private static final long AT_PAGESZ = 6;
    private static final long DEFAULT_PAGE_BYTES = 4096;

    private final HostOptions options;
    private final Ticker ticker;
    private final Map<String, HostSubcollector> kernel = new LinkedHashMap<>();
    private final BlockingSubcollectors devices;
    private final BlockingSubcollectors textFiles;
    private final Optional<FileSystemCollector> fileSystems;
    private final String remark;

    /** Series of each subcollector. */
    private final Map<String, SeriesCache> series = new ConcurrentHashMap<>();

    /** Subcollectors that skipped entries in the previous collection: each is logged once. */
    private final Set<String> skipping = new HashSet<>();

    /**
     * @param clock clock for {@code node_time_seconds}
     * @param zones zone of local time at an instant
     */
    public HostCollector(
            HostOptions options,
            FileSystemProbe probe,
            KernelClock kernelClock,
            Ticker ticker,
            Clock clock,
            Function<Instant, LocalZone> zones) {
        this(
                options,
                probe,
                kernelClock,
                ticker,
                clock,
                zones,
                List.of(Path.of("/etc/os-release"), Path.of("/usr/lib/os-release")));
    }

    /**
     * @param zones zone of local time at an instant
     * @param osRelease candidates of os-release(5), in order of preference
     */
    HostCollector(
            HostOptions options,
            FileSystemProbe probe,
            KernelClock kernelClock,
            Ticker ticker,
            Clock clock,
            Function<Instant, LocalZone> zones,
            List<Path> osRelease) {
        this(
                options,
                ticker,
                new FileSystemCollector(probe, ticker),
                "",
                deviceCollectors(),
                Map.of("textfile", new TextFileCollector(options.textFiles(), options.textFilesRequired())));
        kernel.putAll(kernelCollectors(kernelClock, pageBytes(options.proc())));
        kernel.put("time", new TimeCollector(clock, zones));
        kernel.put("os", new OsCollector(osRelease));
        if (options.onRequest().contains("interrupts")) {
            kernel.put("interrupts", new InterruptsCollector());
        }
        if (options.onRequest().contains("processes")) {
            kernel.put("processes", new ProcessesCollector());
        }
        if (options.onRequest().contains("tcpstat")) {
            kernel.put("tcpstat", new TcpStatCollector());
        }
    }

    /** Basic metrics of a system without procfs, through OSHI. */
    public static HostCollector overOshi(Ticker ticker, Clock clock) {
        Path none = Path.of("");
        HostCollector host = new HostCollector(
                new HostOptions(none, none, none, false, Set.of()),
                ticker,
                null,
                "read through OSHI",
                Map.of(),
                Map.of());
        host.kernel.putAll(OshiHost.collectors());
        host.kernel.put("time", new TimeCollector(clock, LocalZone::ofJava));
        return host;
    }

    private HostCollector(
            HostOptions options,
            Ticker ticker,
            @Nullable FileSystemCollector fileSystems,
            String remark,
            Map<String, HostSubcollector> devices,
            Map<String, HostSubcollector> textFiles) {
        this.options = options;
        this.ticker = ticker;
        this.fileSystems = Optional.ofNullable(fileSystems);
        this.remark = remark;
        this.devices = new BlockingSubcollectors("device", devices, this::run);
        this.textFiles = new BlockingSubcollectors("text file", textFiles, this::run);
    }

    /** AT_PAGESZ of this process's auxiliary vector, pairs of longs; 4096 where that is not readable. */
    private static long pageBytes(Path proc) {
        try {
            ByteBuffer auxiliary = ByteBuffer.wrap(BoundedFiles.readBytes(proc.resolve("self/auxv")))
                    .order(ByteOrder.nativeOrder());
            while (auxiliary.remaining() >= 2 * Long.BYTES) {
                long key = auxiliary.getLong();
                long value = auxiliary.getLong();
                if (key == AT_PAGESZ) {
                    return value;
                }
            }
        } catch (IOException e) {
            LOG.debug("Page size unknown, assuming {}", DEFAULT_PAGE_BYTES, e);
        }
        return DEFAULT_PAGE_BYTES;
    }

    private static Map<String, HostSubcollector> kernelCollectors(KernelClock kernelClock, long pageBytes) {
        Map<String, HostSubcollector> parts = new LinkedHashMap<>();
        parts.put("cpu", new CpuCollector());
        parts.put("stat", new StatCollector());
        parts.put("loadavg", new LoadAvgCollector());
        parts.put("meminfo", new MemInfoCollector());
        parts.put("diskstats", new DiskStatsCollector());
        parts.put("netdev", new NetDevCollector());
        parts.put("pressure", new PressureCollector());
        parts.put("filefd", new FileDescriptorCollector());
        parts.put("vmstat", new VmstatCollector());
        parts.put("uname", new UnameCollector());
        parts.put("netstat", new NetstatCollector());
        parts.put("sockstat", new SockstatCollector(pageBytes));
        parts.put("softnet", new SoftnetCollector());
        parts.put("schedstat", new SchedstatCollector());
        parts.put("udp_queues", new UdpQueuesCollector());
        parts.put("arp", new ArpCollector());
        parts.put("conntrack", new ConntrackCollector());
        parts.put("entropy", new EntropyCollector());
        parts.put("mdadm", new MdadmCollector());
        parts.put("selinux", new SelinuxCollector());
        parts.put("timex", new TimexCollector(kernelClock));
        return parts;
    }

    private static Map<String, HostSubcollector> deviceCollectors() {
        Map<String, HostSubcollector> parts = new LinkedHashMap<>();
        parts.put("netclass", new NetClassCollector());
        parts.put("bonding", new BondingCollector());
        parts.put("cpufreq", new CpuFreqCollector());
        parts.put("dmi", new DmiCollector());
        parts.put("edac", new EdacCollector());
        parts.put("hwmon", new HwmonCollector());
        parts.put("nvme", new NvmeCollector());
        parts.put("powersupplyclass", new PowerSupplyCollector());
        parts.put("rapl", new RaplCollector());
        parts.put("thermal_zone", new ThermalZoneCollector());
        return parts;
    }

    @Override
    public String name() {
        return "host";
    }

    @Override
    public String remark() {
        return remark;
    }

    /**
     * A failed subcollector does not affect the others; the exception names the failed ones. After an interrupt the
     * remaining ones fail at once and the samples so far are kept.
     */
    @Override
    public void collect(MetricSink out) throws PartialCollectionException {
        BlockingSubcollectors.Run deviceRun = devices.start();
        BlockingSubcollectors.Run textFileRun = textFiles.start();
        List<SubcollectorResult> results = new ArrayList<>();
        kernel.forEach((name, part) -> results.add(run(name, part)));
        fileSystems.ifPresent(part -> results.add(run("filesystem", part)));
        results.addAll(devices.await(deviceRun));
        // Last, so that a series of this exporter precedes one of the same name in a file.
        results.addAll(textFiles.await(textFileRun));
        StringBuilder failed = new StringBuilder();
        Exception first = null;
        for (SubcollectorResult result : results) {
            result.write(out);
            logSkipped(result);
            Exception failure = result.failure();
            if (failure != null) {
                failed.append(failed.isEmpty() ? "" : "; ")
                        .append(result.name())
                        .append(": ")
                        .append(ErrorText.of(failure));
                first = first == null ? failure : first;
            }
        }
        if (first != null) {
            throw new PartialCollectionException(failed.toString(), first);
        }
    }

    private void logSkipped(SubcollectorResult result) {
        if (result.skipped() == 0) {
            skipping.remove(result.name());
        } else if (skipping.add(result.name())) {
            LOG.warn(
                    "Host collector {} skips {} entries, first: {}",
                    result.name(),
                    result.skipped(),
                    result.firstSkipped());
        }
    }

    private SubcollectorResult run(String name, HostSubcollector part) {
        return SubcollectorResult.of(
                name,
                part,
                new HostFiles(options.proc(), options.sys()),
                series.computeIfAbsent(name, first -> new SeriesCache()),
                ticker);
    }

    @Override
    public void close() {
        devices.close();
        textFiles.close();
        fileSystems.ifPresent(FileSystemCollector::close);
    }
}
