package io.bev.avatar.renderer.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.testkit.disk.DiskLog;
import io.bev.avatar.testkit.disk.FaultyFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal on a disk that loses power or fails between any two operations. */
class DiskFaultsTest {

    private static final int PAYLOAD = 60_000;
    private static final int UPDATES = 36;
    private static final int CUTS_PER_OPERATION = 2;

    @TempDir
    Path temporary;

    private Path directory;
    private FaultyFileSystem files;
    private DiskLog disk;

    @BeforeEach
    void createDisk() throws IOException {
        directory = Files.createDirectory(temporary.resolve("disk"));
        files = new FaultyFileSystem(directory);
        disk = files.log();
    }

    /** State {@code seq} was certain after {@code operations} operations. */
    private record Certain(int operations, int seq) {}

    private static byte[] payload(int seq) {
        return ByteBuffer.allocate(PAYLOAD).putInt(seq).array();
    }

    private static int newest(StateJournal journal) {
        return journal.newest().map(bytes -> ByteBuffer.wrap(bytes).getInt()).orElse(0);
    }

    private StateJournal open(Path path) {
        StateJournal journal = new StateJournal(path);
        journal.open();
        return journal;
    }

    @Test
    void powerCut_afterAnyOperation_keepsAcknowledgedAndRestoredStates() throws IOException {
        List<Certain> certain = new ArrayList<>(List.of(new Certain(0, 0)));
        StateJournal journal = open(files.root());
        for (int seq = 1; seq <= UPDATES; seq++) {
            assertThat(journal.append(seq, payload(seq))).isTrue();
            certain.add(new Certain(disk.size(), seq));
            if (seq % 7 == 0) {
                journal.close();
                damage(seq % 3);
                journal = open(files.root());
                assertThat(newest(journal)).isEqualTo(seq);
            }
        }
        journal.close();
        assertAllCuts(certain);
    }

    @Test
    void stateOfAnUnforcedRecord_isForcedBeforeItIsShown() throws IOException {
        try (StateJournal journal = open(files.root())) {
            assertThat(journal.append(1, payload(1))).isTrue();
            disk.fail(1, 2, "Input/output error"); // the record is written, neither forced nor removed
            assertThat(journal.append(2, payload(2))).isFalse();
        }
        disk.fail(Integer.MAX_VALUE, 0, "");
        try (StateJournal journal = open(files.root())) {
            assertThat(newest(journal)).isEqualTo(2);
            assertAllCuts(List.of(new Certain(disk.size(), 2)));
        }
    }

    /** 0: none; 1: a torn record; 2: other content, for which the file is kept aside. */
    private void damage(int kind) throws IOException {
        byte[] bytes = new byte[kind == 0 ? 0 : kind == 1 ? 3 : 300];
        Arrays.fill(bytes, (byte) (kind == 2 ? 0x55 : 0));
        Path journal = files.root().resolve("state.journal");
        Files.write(journal, bytes, StandardOpenOption.APPEND);
    }

    private void assertAllCuts(List<Certain> certain) throws IOException {
        for (int operations = certain.get(0).operations(); operations <= disk.size(); operations++) {
            int count = operations;
            int expected = certain.stream()
                    .filter(one -> one.operations() <= count)
                    .mapToInt(Certain::seq)
                    .max()
                    .orElse(0);
            for (int seed = 0; seed < CUTS_PER_OPERATION; seed++) {
                Path image = Files.createDirectory(temporary.resolve("image"));
                disk.powerCut(count, new Random(1000L * count + seed), image);
                try (StateJournal journal = open(new FaultyFileSystem(image).root())) {
                    assertThat(newest(journal))
                            .as("power cut after operation %d, seed %d", count, seed)
                            .isBetween(expected, expected + 1);
                }
                delete(image);
            }
        }
    }

    @Test
    void failureOfAnyOperation_losesNoAcknowledgedState_andTheJournalRecovers() throws IOException {
        for (String message : List.of("No space left on device", "Input/output error")) {
            int failures = 1;
            for (int first = 0; failures > 0; first++) {
                failures = runWithFailure(first, 1 + first % 3, message);
            }
        }
    }

    /** @return number of updates that were not acknowledged */
    private int runWithFailure(int first, int count, String message) throws IOException {
        int acknowledged = 0;
        int failures = 0;
        try (StateJournal journal = open(files.root())) {
            assertThat(journal.isOn()).isTrue();
            acknowledged = newest(journal);
            int start = acknowledged;
            disk.fail(first, count, message);
            for (int seq = start + 1; seq <= start + 20; seq++) {
                if (journal.append(seq, payload(seq)) || journal.retry(seq, payload(seq))) {
                    acknowledged = seq;
                } else {
                    failures++;
                    assertThat(journal.status()).contains(message).contains("free disk space");
                }
                assertThat(newest(journal)).isEqualTo(acknowledged);
            }
            failures += disk.failed() ? 1 : 0;
            disk.fail(Integer.MAX_VALUE, 0, "");
            assertThat(journal.retry(acknowledged, payload(acknowledged))).isTrue();
        }
        try (StateJournal journal = open(files.root())) {
            assertThat(newest(journal))
                    .as("after failure %d to %d", first, first + count)
                    .isEqualTo(acknowledged);
        }
        try (var all = Files.list(directory)) {
            assertThat(all.map(Path::getFileName).map(Path::toString))
                    .as("no files left over")
                    .allMatch(name -> name.matches("state\\.(lock|journal)"));
        }
        return failures;
    }

    private static void delete(Path image) throws IOException {
        try (var all = Files.list(image)) {
            for (Path file : all.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(image);
    }
}
