package io.bev.avatar.common.hardware;

import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.hardware.Hardware.Firmware;
import io.bev.avatar.common.hardware.Hardware.GraphicsCard;
import io.bev.avatar.common.hardware.Hardware.MemoryModule;
import io.bev.avatar.common.hardware.Hardware.Model;
import io.bev.avatar.common.hardware.Hardware.Processor;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import oshi.SystemInfo;
import oshi.hardware.ComputerSystem;
import oshi.hardware.HardwareAbstractionLayer;

/**
 * Reads {@link Hardware} through OSHI. This takes a second or two and loads several hundred classes; on Linux OSHI also runs
 * commands such as {@code dmidecode} and {@code lspci}, without a timeout of its own.
 */
public final class OshiHardware {

    /** A list longer than this is cut: each entry becomes a series. */
    private static final int MAX_ENTRIES = 64;

    private static final int MAX_TEXT_LENGTH = 128;

    private OshiHardware() {}

    /** Reads the facts on the caller's thread. */
    public static Hardware read() {
        HardwareAbstractionLayer hardware = new SystemInfo().getHardware();
        return of(hardware);
    }

    /**
     * Reads the facts on a thread of its own.
     *
     * @throws IOException if OSHI fails or does not finish in time; the thread is then left behind
     */
    public static Hardware read(long timeoutMillis) throws IOException, InterruptedException {
        FutureTask<Hardware> reading = new FutureTask<>(OshiHardware::read);
        DaemonThreads.start("hardware", reading);
        try {
            return reading.get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no hardware facts within " + timeoutMillis + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException("OSHI: " + e.getCause(), e);
        }
    }

    static Hardware of(HardwareAbstractionLayer hardware) {
        var processor = hardware.getProcessor();
        var identifier = processor.getProcessorIdentifier();
        ComputerSystem computer = hardware.getComputerSystem();
        var board = computer.getBaseboard();
        var firmware = computer.getFirmware();
        return new Hardware(
                new Processor(
                        fact(identifier.getName()),
                        fact(identifier.getVendor()),
                        processor.getPhysicalPackageCount(),
                        processor.getPhysicalProcessorCount(),
                        processor.getLogicalProcessorCount()),
                hardware.getMemory().getTotal(),
                new Model(fact(computer.getManufacturer()), fact(computer.getModel()), ""),
                new Model(fact(board.getManufacturer()), fact(board.getModel()), fact(board.getVersion())),
                new Firmware(
                        fact(firmware.getManufacturer()), fact(firmware.getVersion()), fact(firmware.getReleaseDate())),
                list(
                        hardware.getMemory().getPhysicalMemory(),
                        module -> new MemoryModule(
                                fact(module.getBankLabel()),
                                fact(module.getManufacturer()),
                                fact(module.getMemoryType()),
                                Math.max(0, module.getCapacity()),
                                Math.max(0, module.getClockSpeed()))),
                list(
                        hardware.getGraphicsCards(),
                        card -> new GraphicsCard(
                                fact(card.getVendor()), fact(card.getName()), fact(card.getVersionInfo()))));
    }

    private static <T, R> List<R> list(List<T> found, Function<T, R> entry) {
        return found.stream().limit(MAX_ENTRIES).map(entry).toList();
    }

    /** OSHI's text for an unknown fact is "unknown". */
    static String fact(@Nullable String text) {
        String known = Optional.ofNullable(text).orElse("").strip();
        if (known.equalsIgnoreCase("unknown")) {
            return "";
        }
        return known.length() <= MAX_TEXT_LENGTH ? known : known.substring(0, MAX_TEXT_LENGTH);
    }
}
