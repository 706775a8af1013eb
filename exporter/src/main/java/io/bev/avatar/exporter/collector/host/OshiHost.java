package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.GlobalMemory;
import oshi.hardware.HWDiskStore;
import oshi.hardware.HardwareAbstractionLayer;
import oshi.hardware.NetworkIF;
import oshi.hardware.Sensors;
import oshi.software.os.OSFileStore;
import oshi.software.os.OperatingSystem;

/**
 * Subcollectors that read OSHI instead of procfs, for systems without it. They have the names and units of
 * node_exporter on Linux, so that rules and dashboards need no second form; what a system does not give has no series.
 */
final class OshiHost {

    /** Order of OSHI's processor ticks, which are milliseconds; the modes of {@link CpuCollector}. */
    private static final CentralProcessor.TickType[] TICKS = {
        CentralProcessor.TickType.USER,
        CentralProcessor.TickType.NICE,
        CentralProcessor.TickType.SYSTEM,
        CentralProcessor.TickType.IDLE,
        CentralProcessor.TickType.IOWAIT,
        CentralProcessor.TickType.IRQ,
        CentralProcessor.TickType.SOFTIRQ,
        CentralProcessor.TickType.STEAL
    };

    private static final double MILLIS_PER_SECOND = 1e3;
    private static final String[] LOADS = {"1", "5", "15"};

    private final CpuCollector cpu = new CpuCollector();
    private final HardwareAbstractionLayer hardware;
    private final OperatingSystem system;

    private OshiHost(SystemInfo info) {
        hardware = info.getHardware();
        system = info.getOperatingSystem();
    }

    /** Subcollectors by name. OSHI is loaded with the first collection. */
    static Map<String, HostSubcollector> collectors() {
        Lazy host = new Lazy();
        Map<String, HostSubcollector> parts = new LinkedHashMap<>();
        parts.put("cpu", (files, out) -> host.get().cpu(out));
        parts.put("stat", (files, out) -> host.get().stat(out));
        parts.put("loadavg", (files, out) -> host.get().load(out));
        parts.put("meminfo", (files, out) -> host.get().memory(out));
        parts.put("diskstats", (files, out) -> host.get().disks(out));
        parts.put("netdev", (files, out) -> host.get().network(out));
        parts.put("filesystem", (files, out) -> host.get().fileSystems(out));
        parts.put("hwmon", (files, out) -> host.get().sensors(out));
        parts.put("uname", (files, out) -> host.get().uname(out));
        return parts;
    }

    /** Creates the reader on the collector's thread, and again after a failure. */
    private static final class Lazy {
        private @Nullable OshiHost created;

        synchronized OshiHost get() {
            OshiHost host = created;
            if (host == null) {
                host = new OshiHost(new SystemInfo());
                created = host;
            }
            return host;
        }
    }

    private void cpu(MetricSink out) throws IOException {
        long[][] ticks = hardware.getProcessor().getProcessorCpuLoadTicks();
        Map<String, double[]> online = new LinkedHashMap<>();
        for (int i = 0; i < ticks.length; i++) {
            double[] seconds = new double[TICKS.length];
            for (int mode = 0; mode < seconds.length; mode++) {
                seconds[mode] = ticks[i][TICKS[mode].getIndex()] / MILLIS_PER_SECOND;
            }
            online.put(String.valueOf(i), seconds);
        }
        if (online.isEmpty()) {
            throw new IOException("OSHI reports no processor");
        }
        cpu.report(online, out);
    }

    private void stat(MetricSink out) {
        out.gauge("node_boot_time_seconds", "Node boot time, in unixtime.", system.getSystemBootTime());
        long switches = hardware.getProcessor().getContextSwitches();
        if (switches > 0) {
            out.counter("node_context_switches_total", "Total number of context switches.", switches);
        }
        long interrupts = hardware.getProcessor().getInterrupts();
        if (interrupts > 0) {
            out.counter("node_intr_total", "Total number of interrupts serviced.", interrupts);
        }
    }

    /** A system without load averages reports negative ones. */
    private void load(MetricSink out) {
        double[] loads = hardware.getProcessor().getSystemLoadAverage(LOADS.length);
        for (int i = 0; i < LOADS.length; i++) {
            if (loads[i] >= 0) {
                out.gauge("node_load" + LOADS[i], LOADS[i] + "m load average.", loads[i]);
            }
        }
    }

    private void memory(MetricSink out) {
        GlobalMemory memory = hardware.getMemory();
        memory(out, "MemTotal", memory.getTotal());
        memory(out, "MemAvailable", memory.getAvailable());
        var swap = memory.getVirtualMemory();
        memory(out, "SwapTotal", swap.getSwapTotal());
        memory(out, "SwapFree", swap.getSwapTotal() - swap.getSwapUsed());
    }

    private static void memory(MetricSink out, String field, long bytes) {
        out.gauge("node_memory_" + field + "_bytes", "Memory information field " + field + "_bytes.", bytes);
    }

    private void disks(MetricSink out) {
        for (HWDiskStore disk : hardware.getDiskStores()) {
            String[] labels = {"device", disk.getName().substring(disk.getName().lastIndexOf('/') + 1)};
            out.counter(
                    "node_disk_reads_completed_total",
                    "The total number of reads completed successfully.",
                    disk.getReads(),
                    labels);
            out.counter(
                    "node_disk_read_bytes_total",
                    "The total number of bytes read successfully.",
                    disk.getReadBytes(),
                    labels);
            out.counter(
                    "node_disk_writes_completed_total",
                    "The total number of writes completed successfully.",
                    disk.getWrites(),
                    labels);
            out.counter(
                    "node_disk_written_bytes_total",
                    "The total number of bytes written successfully.",
                    disk.getWriteBytes(),
                    labels);
            out.counter(
                    "node_disk_io_time_seconds_total",
                    "Total seconds spent doing I/Os.",
                    disk.getTransferTime() / MILLIS_PER_SECOND,
                    labels);
        }
    }

    private void network(MetricSink out) {
        for (NetworkIF device : hardware.getNetworkIFs(true)) {
            String name = device.getName();
            counter(out, "receive_bytes", device.getBytesRecv(), name);
            counter(out, "receive_packets", device.getPacketsRecv(), name);
            counter(out, "receive_errs", device.getInErrors(), name);
            counter(out, "receive_drop", device.getInDrops(), name);
            counter(out, "transmit_bytes", device.getBytesSent(), name);
            counter(out, "transmit_packets", device.getPacketsSent(), name);
            counter(out, "transmit_errs", device.getOutErrors(), name);
            counter(out, "transmit_colls", device.getCollisions(), name);
        }
    }

    private static void counter(MetricSink out, String field, long value, String device) {
        out.counter(
                "node_network_" + field + "_total", "Network device statistic " + field + ".", value, "device", device);
    }

    /** Local file systems: a query of a network file system whose server is unreachable blocks. */
    private void fileSystems(MetricSink out) {
        for (OSFileStore store : system.getFileSystem().getFileStores(true)) {
            String[] labels = {
                "device",
                store.getVolume(),
                "mountpoint",
                store.getMount(),
                "fstype",
                store.getType(),
                "device_error",
                ""
            };
            boolean readOnly = List.of(store.getOptions().split(",", -1)).contains("ro");
            out.gauge("node_filesystem_readonly", "Filesystem read-only status.", readOnly ? 1 : 0, labels);
            out.gauge("node_filesystem_size_bytes", "Filesystem size in bytes.", store.getTotalSpace(), labels);
            out.gauge("node_filesystem_free_bytes", "Filesystem free space in bytes.", store.getFreeSpace(), labels);
            out.gauge(
                    "node_filesystem_avail_bytes",
                    "Filesystem space available to non-root users in bytes.",
                    store.getUsableSpace(),
                    labels);
            if (store.getTotalInodes() > 0) {
                out.gauge("node_filesystem_files", "Filesystem total file nodes.", store.getTotalInodes(), labels);
                out.gauge(
                        "node_filesystem_files_free",
                        "Filesystem total free file nodes.",
                        store.getFreeInodes(),
                        labels);
            }
        }
    }

    /** OSHI reports 0 for a sensor that the machine lacks. */
    private void sensors(MetricSink out) throws SourceAbsentException {
        Sensors sensors = hardware.getSensors();
        double celsius = sensors.getCpuTemperature();
        double volts = sensors.getCpuVoltage();
        int[] fans = sensors.getFanSpeeds();
        if (celsius <= 0 && volts <= 0 && fans.length == 0) {
            throw new SourceAbsentException("sensors");
        }
        if (celsius > 0) {
            out.gauge(
                    "node_hwmon_temp_celsius",
                    "Hardware monitor for temperature (input)",
                    celsius,
                    "chip",
                    "cpu",
                    "sensor",
                    "temp1");
        }
        if (volts > 0) {
            out.gauge(
                    "node_hwmon_in_volts",
                    "Hardware monitor for voltage (input)",
                    volts,
                    "chip",
                    "cpu",
                    "sensor",
                    "in0");
        }
        for (int i = 0; i < fans.length; i++) {
            out.gauge(
                    "node_hwmon_fan_rpm",
                    "Hardware monitor for fan revolutions per minute (input)",
                    fans[i],
                    "chip",
                    "cpu",
                    "sensor",
                    "fan" + (i + 1));
        }
    }

    private void uname(MetricSink out) {
        var network = system.getNetworkParams();
        out.gauge(
                "node_uname_info",
                "Labeled system information as provided by the uname system call.",
                1,
                "sysname",
                System.getProperty("os.name", ""),
                "release",
                System.getProperty("os.version", ""),
                "version",
                system.getVersionInfo().toString(),
                "machine",
                UnameCollector.machine(),
                "nodename",
                network.getHostName(),
                "domainname",
                network.getDomainName());
    }
}
