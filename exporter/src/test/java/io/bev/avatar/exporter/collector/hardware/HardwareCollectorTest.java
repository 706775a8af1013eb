package io.bev.avatar.exporter.collector.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.hardware.Hardware;
import io.bev.avatar.common.hardware.Hardware.Firmware;
import io.bev.avatar.common.hardware.Hardware.GraphicsCard;
import io.bev.avatar.common.hardware.Hardware.MemoryModule;
import io.bev.avatar.common.hardware.Hardware.Model;
import io.bev.avatar.common.hardware.Hardware.Processor;
import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.testkit.Await;
import io.bev.avatar.testkit.Golden;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HardwareCollectorTest {

    private static final Hardware MACHINE = new Hardware(
            new Processor("Ryzen 9", "AuthenticAMD", 1, 16, 32),
            64L << 30,
            new Model("", "", ""),
            new Model("ASUS", "ProArt", "1.0"),
            new Firmware("AMI", "1905", "2026-01-02"),
            List.of(
                    new MemoryModule("DIMM", "Kingston", "DDR5", 1L << 35, 4_800_000_000L),
                    new MemoryModule("DIMM", "Kingston", "DDR5", 1L << 35, 0)),
            List.of(new GraphicsCard("NVIDIA", "RTX 4080", "")));

    private final AtomicLong nanos = new AtomicLong();

    private HardwareCollector over(Callable<Hardware> source) {
        return new HardwareCollector(source, nanos::get);
    }

    private static String scrape(HardwareCollector collector) throws Exception {
        MetricSink out = new MetricSink();
        collector.collect(out);
        assertThat(out.duplicates()).isEmpty();
        return Expositions.text(out);
    }

    /** Text of the first scrape with series; the read thread needs a moment. */
    private static String awaitSeries(HardwareCollector collector) {
        String[] text = {""};
        Await.until("series", () -> {
            try {
                text[0] = scrape(collector);
            } catch (Exception e) {
                text[0] = "";
            }
            return !text[0].isEmpty();
        });
        return text[0];
    }

    @Test
    void facts_onceRead_areInEveryScrape_andNotReadAgain() throws Exception {
        AtomicInteger reads = new AtomicInteger();
        HardwareCollector collector = over(() -> {
            reads.incrementAndGet();
            return MACHINE;
        });

        Golden.check(Path.of("src/test/resources/golden/hardware.prom"), awaitSeries(collector));
        scrape(collector);
        assertThat(reads).hasValue(1);
    }

    @Test
    void source_thatHangs_delaysNoScrape_andFailsAfterAMinute() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        HardwareCollector collector = over(() -> {
            release.await();
            return MACHINE;
        });

        assertThat(scrape(collector)).isEmpty();
        nanos.addAndGet(Duration.ofSeconds(61).toNanos());
        assertThatThrownBy(() -> scrape(collector)).hasMessageContaining("no result for 61 s", "dmesg");
        release.countDown();
        assertThat(awaitSeries(collector)).contains("avatar_hardware_processor_cores 16.0");
    }

    @Test
    void source_thatFails_failsEveryScrape_andIsReadAgainAfterTenMinutes() throws Exception {
        AtomicInteger reads = new AtomicInteger();
        HardwareCollector collector = over(() -> {
            if (reads.incrementAndGet() == 1) {
                throw new UnsatisfiedLinkError("no jnidispatch");
            }
            return MACHINE;
        });

        Await.until("a failure", () -> fails(collector));
        assertThatThrownBy(() -> scrape(collector)).hasMessageContaining("no jnidispatch");
        assertThat(reads).hasValue(1);
        nanos.addAndGet(Duration.ofMinutes(11).toNanos());
        assertThatThrownBy(() -> scrape(collector)).hasMessageContaining("no jnidispatch");
        assertThat(awaitSeries(collector)).contains("avatar_hardware_processor_cores 16.0");
        assertThat(reads).hasValue(2);
    }

    private static boolean fails(HardwareCollector collector) {
        try {
            scrape(collector);
            return false;
        } catch (Exception e) {
            return true;
        }
    }
}
