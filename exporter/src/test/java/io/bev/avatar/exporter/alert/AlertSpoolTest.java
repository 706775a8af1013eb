package io.bev.avatar.exporter.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.testkit.disk.FaultyFileSystem;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
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

    private static List<String> descriptions(AlertSpool spool) {
        return spool.head(Integer.MAX_VALUE).stream()
                .map(one -> one.annotations().getOrDefault("description", ""))
                .toList();
    }

    @Test
    void powerCut_afterAnyOperation_keepsEventsThatWereStored() throws Exception {
        FaultyFileSystem files = new FaultyFileSystem(Files.createDirectory(directory.resolve("disk")));
        List<List<String>> stored = new ArrayList<>(List.of(List.of()));
        AlertSpool spool = new AlertSpool(files.root().resolve("spool"), 100);
        for (int i = 1; i <= 40; i++) {
            if (i % 8 == 0) {
                spool.remove(spool.size() - i % 3);
            } else {
                spool.append(List.of(event("first of " + i), event("second of " + i)));
            }
            if (i % 5 == 0) {
                spool = new AlertSpool(files.root().resolve("spool"), 100);
            }
            while (stored.size() < files.log().size()) {
                stored.add(stored.get(stored.size() - 1));
            }
            stored.add(descriptions(spool));
        }
        for (int count = 0; count <= files.log().size(); count++) {
            Set<String> before = new LinkedHashSet<>(stored.get(count));
            for (int after = count; after < stored.size() && after <= count + 6; after++) {
                before.retainAll(stored.get(after)); // a removal that has begun
            }
            for (int seed = 0; seed < 2; seed++) {
                Path image = Files.createDirectory(directory.resolve(count + "-" + seed));
                files.log().powerCut(count, new Random(100L * count + seed), image);
                assertThat(descriptions(new AlertSpool(
                                new FaultyFileSystem(image).root().resolve("spool"), 100)))
                        .as("power cut after operation %d, seed %d", count, seed)
                        .containsAll(before);
            }
        }
    }

    @Test
    void failureOfAnyOperation_losesNoStoredEvent() throws Exception {
        FaultyFileSystem files = new FaultyFileSystem(Files.createDirectory(directory.resolve("disk")));
        Path file = files.root().resolve("spool");
        for (int first = 0; first < 40; first++) {
            Files.deleteIfExists(file);
            AlertSpool spool = new AlertSpool(file, 100);
            List<String> stored = new ArrayList<>();
            files.log().fail(first, 1 + first % 3, "No space left on device");
            for (int i = 0; i < 12; i++) {
                try {
                    spool.append(List.of(event("event " + i)));
                    stored.add("event " + i);
                } catch (IOException e) {
                    assertThat(e).hasMessageContaining("No space left on device");
                }
            }
            files.log().fail(Integer.MAX_VALUE, 0, "");
            assertThat(descriptions(spool)).isEqualTo(stored);
            assertThat(descriptions(new AlertSpool(file, 100)))
                    .as("failure %d", first)
                    .containsSequence(stored);
        }
    }
}
