package io.bev.avatar.common.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.hardware.Hardware.Firmware;
import io.bev.avatar.common.hardware.Hardware.GraphicsCard;
import io.bev.avatar.common.hardware.Hardware.MemoryModule;
import io.bev.avatar.common.hardware.Hardware.Model;
import io.bev.avatar.common.hardware.Hardware.Processor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OshiHardwareTest {

    @Test
    void thisMachine_isAsTheKernelReports() throws Exception {
        Hardware hardware = OshiHardware.read(60_000);

        assertThat(hardware.processor().threads()).isEqualTo((int) Files.readString(Path.of("/proc/cpuinfo"))
                .lines()
                .filter(line -> line.startsWith("processor"))
                .count());
        assertThat(hardware.processor().cores())
                .isBetween(1, hardware.processor().threads());
        assertThat(hardware.memoryBytes()).isEqualTo(1024 * memoryKilobytes());
        Optional<String> vendor = dmi("bios_vendor");
        if (vendor.isPresent()) {
            assertThat(hardware.firmware().vendor()).isEqualTo(vendor.get());
        }
    }

    private static long memoryKilobytes() throws Exception {
        String line = Files.readString(Path.of("/proc/meminfo"))
                .lines()
                .filter(l -> l.startsWith("MemTotal:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", ""));
    }

    private static Optional<String> dmi(String name) throws Exception {
        Path file = Path.of("/sys/class/dmi/id/" + name);
        return Files.isReadable(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }

    @Test
    void summary_leavesOutWhatIsUnknown() {
        Model none = new Model("", "", "");
        Hardware bare = new Hardware(
                new Processor("", "", 1, 2, 4), 3L << 30, none, none, new Firmware("", "", ""), List.of(), List.of());
        Hardware full = new Hardware(
                new Processor("Ryzen 9 7950X", "AuthenticAMD", 1, 16, 32),
                64L << 30,
                none,
                new Model("ASUS", "ProArt X670E", "Rev 1.xx"),
                new Firmware("AMI", "1905", "2026-01-02"),
                List.of(new MemoryModule("DIMM 0", "Kingston", "DDR5", 32L << 30, 4_800_000_000L)),
                List.of(new GraphicsCard("NVIDIA", "AD103 [GeForce RTX 4080 SUPER]", "")));

        assertThat(bare.summary()).isEqualTo("unknown processor, 2 cores, 4 threads; 3.0 GiB memory");
        assertThat(full.summary())
                .isEqualTo("Ryzen 9 7950X, 16 cores, 32 threads; 64.0 GiB memory in 1 modules; board ASUS ProArt X670E"
                        + " Rev 1.xx; firmware AMI 1905 2026-01-02; graphics NVIDIA AD103 [GeForce RTX 4080 SUPER]");
    }

    @Test
    void fact_unknownOrLong_isEmptyOrCut() {
        assertThat(OshiHardware.fact("Unknown")).isEmpty();
        assertThat(OshiHardware.fact(null)).isEmpty();
        assertThat(OshiHardware.fact(" SeaBIOS ")).isEqualTo("SeaBIOS");
        assertThat(OshiHardware.fact("x".repeat(1000))).hasSize(128);
    }
}
