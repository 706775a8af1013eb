package io.bev.avatar.exporter.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlertSpoolTest {

    @TempDir
    Path directory;

    private static AlertEvent event(String text) {
        Instant now = Instant.parse("2026-06-26T10:00:00Z");
        return new AlertEvent(
                AlertEvent.ALERT,
                "f1",
                AlertEvent.FIRING,
                Map.of("alertname", "A"),
                Map.of("description", text),
                Map.of(),
                now,
                Optional.empty(),
                now);
    }

    @Test
    void hugeFile_isAnErrorWithTheRemedy() throws Exception {
        Path file = directory.resolve("spool");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1L << 40);
        }

        assertThatThrownBy(() -> new AlertSpool(file, 10))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(
                        file + ": larger than 4194304 bytes", "move the file away and restart the exporter");
    }

    @Test
    void eventsOfTheWholeLimit_areReadAgain_andOneMoreIsRejected() throws Exception {
        Path file = directory.resolve("spool");
        AlertSpool spool = new AlertSpool(file, 10_000);
        List<AlertEvent> hundredKilobytes = List.of(event("x".repeat(100_000)));
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        spool.append(hundredKilobytes);
                    }
                })
                .hasMessageContaining("is full with 41 events: restore the connection to Redis");
        assertThat(Files.size(file)).isBetween(4_000_000L, (long) AlertSpool.MAX_BYTES);

        AlertSpool next = new AlertSpool(file, 10_000);
        assertThat(next.size()).isEqualTo(41);
        next.remove(1);
        next.append(hundredKilobytes);
        assertThat(next.size()).isEqualTo(41);
    }

    @Test
    void batchAboveTheCapacity_isRejectedAsAWhole() throws Exception {
        AlertSpool spool = new AlertSpool(directory.resolve("spool"), 2);

        assertThatThrownBy(() -> spool.append(Collections.nCopies(3, event("a"))))
                .hasMessageContaining("is full");
        assertThat(spool.size()).isZero();
    }
}
