package io.bev.avatar.exporter.collector.hardware;

import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.hardware.Hardware;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Collector {@code hardware}: facts that do not change while the machine runs. Serial numbers are not among them.
 *
 * <pre>
 * avatar_hardware_processor_info{model="AMD Ryzen 9 7950X",vendor="AuthenticAMD"} 1
 * avatar_hardware_processor_cores 16
 * avatar_hardware_memory_module_bytes{module="0"} 3.4359738368E10
 * avatar_hardware_graphics_card_info{card="0",vendor="NVIDIA",name="AD103",version=""} 1
 * </pre>
 *
 * <p>Read once, on a thread of its own, since reading takes seconds and may hang: the first scrapes have no series.
 */
public final class HardwareCollector implements Collector {

    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long RETRY_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Callable<Hardware> source;
    private final Ticker ticker;
    private @Nullable FutureTask<Hardware> reading;
    private long startedNanos;
    private @Nullable Hardware hardware;

    /** @param source reads the facts; may take long */
    public HardwareCollector(Callable<Hardware> source, Ticker ticker) {
        this.source = source;
        this.ticker = ticker;
    }

    @Override
    public String name() {
        return "hardware";
    }

    /** @throws IOException if the facts could not be read, or have not been read for a minute */
    @Override
    public void collect(MetricSink out) throws IOException, InterruptedException {
        if (hardware == null) {
            hardware = read();
        }
        if (hardware != null) {
            write(hardware, out);
        }
    }

    private @Nullable Hardware read() throws IOException, InterruptedException {
        FutureTask<Hardware> current = reading;
        if (current == null) {
            current = new FutureTask<>(source);
            reading = current;
            startedNanos = ticker.nanos();
            DaemonThreads.start("hardware", current);
        }
        long nanos = ticker.nanos() - startedNanos;
        if (!current.isDone()) {
            if (nanos > TIMEOUT_NANOS) {
                // Not started again: the thread may be blocked for good.
                throw new IOException("hardware facts are not readable: no result for "
                        + TimeUnit.NANOSECONDS.toSeconds(nanos) + " s; check the kernel log ('dmesg') for a device");
            }
            return null;
        }
        try {
            return current.get();
        } catch (ExecutionException e) {
            if (nanos > RETRY_NANOS) {
                reading = null;
            }
            throw new IOException("hardware facts are not readable: " + e.getCause(), e);
        }
    }

    private static void write(Hardware hardware, MetricSink out) {
        var processor = hardware.processor();
        if (!processor.model().isEmpty()) {
            info(out, "processor", "Processor", "model", processor.model(), "vendor", processor.vendor());
        }
        out.gauge("avatar_hardware_processor_packages", "Processor sockets", processor.packages());
        out.gauge("avatar_hardware_processor_cores", "Physical cores", processor.cores());
        out.gauge("avatar_hardware_processor_threads", "Logical processors", processor.threads());
        model(out, "system", "Computer", hardware.system());
        model(out, "board", "Main board", hardware.board());
        var firmware = hardware.firmware();
        if (!firmware.toString().isEmpty()) {
            info(
                    out,
                    "firmware",
                    "Firmware (BIOS)",
                    "vendor",
                    firmware.vendor(),
                    "version",
                    firmware.version(),
                    "release_date",
                    firmware.releaseDate());
        }
        memory(out, hardware.memoryModules());
        List<Hardware.GraphicsCard> cards = hardware.graphicsCards();
        for (int i = 0; i < cards.size(); i++) {
            var card = cards.get(i);
            info(
                    out,
                    "graphics_card",
                    "Graphics card",
                    "card",
                    String.valueOf(i),
                    "vendor",
                    card.vendor(),
                    "name",
                    card.name(),
                    "version",
                    card.version());
        }
    }

    private static void model(MetricSink out, String what, String title, Hardware.Model model) {
        if (!model.toString().isEmpty()) {
            info(
                    out,
                    what,
                    title,
                    "manufacturer",
                    model.manufacturer(),
                    "model",
                    model.model(),
                    "version",
                    model.version());
        }
    }

    /** Slots may have the same name, or none: their position distinguishes them. */
    private static void memory(MetricSink out, List<Hardware.MemoryModule> modules) {
        for (int i = 0; i < modules.size(); i++) {
            var module = modules.get(i);
            String position = String.valueOf(i);
            info(
                    out,
                    "memory_module",
                    "Memory module",
                    "module",
                    position,
                    "slot",
                    module.slot(),
                    "manufacturer",
                    module.manufacturer(),
                    "type",
                    module.type());
            if (module.bytes() > 0) {
                out.gauge(
                        "avatar_hardware_memory_module_bytes",
                        "Size of the memory module",
                        module.bytes(),
                        "module",
                        position);
            }
            if (module.hertz() > 0) {
                out.gauge(
                        "avatar_hardware_memory_module_hertz",
                        "Clock of the memory module",
                        module.hertz(),
                        "module",
                        position);
            }
        }
    }

    private static void info(MetricSink out, String what, String title, String... labels) {
        out.gauge("avatar_hardware_" + what + "_info", title + "; always 1", 1, labels);
    }
}
