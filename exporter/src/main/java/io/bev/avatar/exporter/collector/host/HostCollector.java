package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
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
 * <p>A subcollector whose source this host lacks has no series. Subcollectors that ask hardware run on a thread of their
 * own, so that a device that does not answer affects only them.
 */
public final class HostCollector implements Collector {

    private static final Logger LOG = LoggerFactory.getLogger(HostCollector.class);

    /** Timeout of all subcollectors that ask hardware. */
    private static final long DEVICE_TIMEOUT_MILLIS = 1000;

    private static final long AT_PAGESZ = 6;
    private static final long DEFAULT_PAGE_BYTES = 4096;

    private final Path proc;
    private final Path sys;
    private final Ticker ticker;
    private final Map<String, HostSubcollector> kernel;
    private final Map<String, HostSubcollector> devices;
    private final FileSystemCollector fileSystems;
    private final ExecutorService deviceThread;
    private @Nullable DeviceRun deviceRun;

    /** Outcome of one subcollector. */
    private record Part(
            String name,
            MetricSink samples,
            double seconds,
            @Nullable Exception failure,
            boolean absent,
            HostFiles files) {}

    /** Subcollectors on the device thread, with those finished so far. */
    private static final class DeviceRun {
        private final List<Part> finished = new ArrayList<>();
        private @Nullable Future<?> future;

        synchronized void add(Part part) {
            finished.add(part);
        }

        synchronized List<Part> finished() {
            return List.copyOf(finished);
        }

        boolean done() {
            return future == null || future.isDone();
        }
    }

    /**
     * @param proc path of procfs
     * @param sys path of sysfs
     * @param clock clock for {@code node_time_seconds}
     */
    public HostCollector(
            Path proc, Path sys, FileSystemProbe probe, KernelClock kernelClock, Ticker ticker, Clock clock) {
        this(
                proc,
                sys,
                probe,
                kernelClock,
                ticker,
                clock,
                TimeZone.getDefault(),
                List.of(Path.of("/etc/os-release"), Path.of("/usr/lib/os-release")));
    }

    /**
     * @param zone the host's time zone
     * @param osRelease candidates of os-release(5), in order of preference
     */
    HostCollector(
            Path proc,
            Path sys,
            FileSystemProbe probe,
            KernelClock kernelClock,
            Ticker ticker,
            Clock clock,
            TimeZone zone,
            List<Path> osRelease) {
        this.proc = proc;
        this.sys = sys;
        this.ticker = ticker;
        fileSystems = new FileSystemCollector(probe, ticker);
        kernel = kernelCollectors(kernelClock, pageBytes(proc));
        kernel.put("time", new TimeCollector(clock, zone));
        kernel.put("os", new OsCollector(osRelease));
        devices = deviceCollectors();
        deviceThread = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "collector-host-devices");
            thread.setDaemon(true);
            return thread;
        });
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
        parts.put("powersupplyclass", new PowerSupplyCollector());
        parts.put("rapl", new RaplCollector());
        parts.put("thermal_zone", new ThermalZoneCollector());
        return parts;
    }

    @Override
    public String name() {
        return "host";
    }

    /**
     * A failed subcollector does not affect the others; the exception names the failed ones. After an interrupt the
     * remaining ones fail at once and the samples so far are kept.
     */
    @Override
    public void collect(MetricSink out) throws PartialCollectionException {
        DeviceRun run = startDevices();
        List<Part> parts = new ArrayList<>();
        kernel.forEach((name, part) -> parts.add(run(name, part)));
        parts.add(run("filesystem", fileSystems));
        parts.addAll(awaitDevices(run));
        StringBuilder failed = new StringBuilder();
        Exception first = null;
        for (Part part : parts) {
            write(part, out);
            if (part.failure != null) {
                failed.append(failed.isEmpty() ? "" : "; ")
                        .append(part.name)
                        .append(": ")
                        .append(part.failure);
                first = first == null ? part.failure : first;
            }
        }
        if (first != null) {
            throw new PartialCollectionException(failed.toString(), first);
        }
    }

    private static void write(Part part, MetricSink out) {
        if (part.absent) {
            return;
        }
        if (part.failure == null) {
            out.addAll(part.samples);
        }
        out.gauge(
                "node_scrape_collector_success",
                "node_exporter: Whether a collector succeeded.",
                part.failure == null ? 1 : 0,
                "collector",
                part.name);
        out.gauge(
                "node_scrape_collector_duration_seconds",
                "node_exporter: Duration of a collector scrape.",
                part.seconds,
                "collector",
                part.name);
        if (part.files.skipped() > 0) {
            out.gauge(
                    "avatar_exporter_host_skipped_entries",
                    "Entries of the collector's files that could not be read or parsed in this scrape; absent if none.",
                    part.files.skipped(),
                    "collector",
                    part.name);
        }
    }

    private DeviceRun startDevices() {
        DeviceRun before = deviceRun;
        if (before != null && !before.done()) {
            // The thread is still blocked: this collection has no results of it.
            return new DeviceRun();
        }
        DeviceRun run = new DeviceRun();
        run.future = deviceThread.submit(() -> devices.forEach((name, part) -> run.add(run(name, part))));
        deviceRun = run;
        return run;
    }

    /** Results of the device thread; a subcollector that did not finish has failed. */
    private List<Part> awaitDevices(DeviceRun run) {
        Future<?> future = run.future;
        try {
            if (future != null) {
                future.get(DEVICE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("Device subcollectors did not finish", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<Part> parts = new ArrayList<>(run.finished());
        Set<String> finished = parts.stream().map(Part::name).collect(Collectors.toSet());
        for (String name : devices.keySet()) {
            if (!finished.contains(name)) {
                IOException late = new IOException("no response: a device blocks the thread that reads them");
                parts.add(new Part(
                        name, new MetricSink(), DEVICE_TIMEOUT_MILLIS / 1e3, late, false, new HostFiles(proc, sys)));
            }
        }
        return parts;
    }

    private Part run(String name, HostSubcollector part) {
        long start = ticker.nanos();
        MetricSink samples = new MetricSink();
        HostFiles files = new HostFiles(proc, sys);
        Exception failure = null;
        boolean absent = false;
        try {
            part.read(files, samples);
        } catch (SourceAbsentException e) {
            absent = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = e;
        } catch (Exception e) {
            failure = e;
        }
        return new Part(name, samples, (ticker.nanos() - start) / 1e9, failure, absent, files);
    }

    @Override
    public void close() {
        deviceThread.shutdownNow();
        fileSystems.close();
    }
}
