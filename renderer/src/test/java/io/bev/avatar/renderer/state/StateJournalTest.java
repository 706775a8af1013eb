package io.bev.avatar.renderer.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateJournalTest {

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("state.journal");
    }

    private StateJournal open() {
        StateJournal journal = new StateJournal(directory);
        journal.open();
        return journal;
    }

    private static byte[] payload(int n) {
        return ("{\"n\":" + n + "}").getBytes(UTF_8);
    }

    private static String newest(StateJournal journal) {
        return journal.newest().map(bytes -> new String(bytes, UTF_8)).orElse("nothing");
    }

    @Test
    void append_isReadByNextProcess() {
        try (StateJournal journal = open()) {
            assertThat(journal.newest()).isEmpty();
            assertThat(journal.status()).isEqualTo("on");
            assertThat(journal.append(1, payload(1))).isTrue();
            assertThat(journal.append(2, payload(2))).isTrue();
            journal.saved(1);
            assertThat(journal.pending()).isEqualTo(1);
        }
        try (StateJournal journal = open()) {
            assertThat(newest(journal)).isEqualTo("{\"n\":2}");
            assertThat(journal.pending()).isEqualTo(2);
            journal.saved(2);
            assertThat(journal.append(3, payload(3))).isTrue();
        }
        try (StateJournal journal = open()) {
            assertThat(journal.pending()).as("pending entries are restored").isEqualTo(1);
        }
    }

    @Test
    void tornTail_atEveryByteLosesOnlyTheTornRecord() throws IOException {
        int[] ends = new int[4];
        try (StateJournal journal = open()) {
            for (int n = 1; n <= 3; n++) {
                assertThat(journal.append(n, payload(n * 1000))).isTrue();
                ends[n] = (int) Files.size(file());
            }
        }
        byte[] whole = Files.readAllBytes(file());
        for (int cut = 0; cut <= whole.length; cut++) {
            Files.write(file(), java.util.Arrays.copyOf(whole, cut));
            int survivors = cut >= ends[3] ? 3 : cut >= ends[2] ? 2 : cut >= ends[1] ? 1 : 0;
            try (StateJournal journal = open()) {
                assertThat(newest(journal))
                        .as("cut at %d", cut)
                        .isEqualTo(survivors == 0 ? "nothing" : "{\"n\":" + survivors * 1000 + "}");
                assertThat(Files.size(file())).isEqualTo(ends[survivors]);
                assertThat(journal.append(9, payload(9))).isTrue();
            }
            try (StateJournal journal = open()) {
                assertThat(newest(journal)).isEqualTo("{\"n\":9}");
            }
        }
    }

    @Test
    void corruption_atAnyByte_keepsOtherRecords() throws IOException {
        int[] ends = new int[4];
        try (StateJournal journal = open()) {
            for (int n = 1; n <= 3; n++) {
                assertThat(journal.append(n, payload(n))).isTrue();
                ends[n] = (int) Files.size(file());
            }
        }
        byte[] whole = Files.readAllBytes(file());
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x41;
            Files.write(file(), damaged);
            try (StateJournal journal = open()) {
                assertThat(newest(journal))
                        .as("corruption at %d", at)
                        .isEqualTo(at < ends[2] ? "{\"n\":3}" : "{\"n\":2}");
                assertThat(journal.pending()).isEqualTo(2);
            }
        }
    }

    @Test
    void file_staysBounded() throws IOException {
        byte[] large = new byte[4000];
        java.util.Arrays.fill(large, (byte) ' ');
        try (StateJournal journal = open()) {
            long largest = 0;
            for (int n = 1; n <= 600; n++) {
                ByteBuffer.wrap(large).putInt(n);
                assertThat(journal.append(n, large.clone())).isTrue();
                largest = Math.max(largest, Files.size(file()));
            }
            assertThat(largest).isBetween((long) StateJournal.MAX_BYTES, StateJournal.MAX_BYTES + 5000L);
            assertThat(journal.pending()).isLessThan(300);
        }
        try (StateJournal journal = open()) {
            assertThat(ByteBuffer.wrap(journal.newest().orElseThrow()).getInt()).isEqualTo(600);
        }
        assertThat(directory.resolve("state.journal.new")).doesNotExist();
    }

    @Test
    void foreignFile_isNoJournal() throws IOException {
        Files.writeString(file(), "something else entirely\n".repeat(1000));
        try (StateJournal journal = open()) {
            assertThat(journal.newest()).isEmpty();
            assertThat(journal.append(1, payload(1))).isTrue();
        }
        try (StateJournal journal = open()) {
            assertThat(newest(journal)).isEqualTo("{\"n\":1}");
        }
    }

    private List<String> keptAside() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.contains(".damaged-"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void newestRecordUnusable_theOneBeforeIsUsed_andTheFileIsKept() throws IOException {
        try (StateJournal journal = open()) {
            assertThat(journal.append(1, payload(1))).isTrue();
            assertThat(journal.append(2, payload(2))).isTrue();
        }
        byte[] before = Files.readAllBytes(file());
        try (StateJournal journal = new StateJournal(directory, state -> !new String(state, UTF_8).contains("2"))) {
            journal.open();

            assertThat(newest(journal)).isEqualTo("{\"n\":1}");
            assertThat(journal.append(3, payload(3))).isTrue();
        }
        assertThat(keptAside()).containsExactly("state.journal.damaged-1");
        assertThat(directory.resolve("state.journal.damaged-1")).hasBinaryContent(before);
        try (StateJournal journal = open()) {
            assertThat(newest(journal)).isEqualTo("{\"n\":3}");
        }
    }

    @Test
    void damagedFiles_areKept_inABoundedNumber() throws IOException {
        for (int n = 1; n <= 6; n++) {
            Files.writeString(file(), "damage " + n + " ".repeat(100));
            try (StateJournal journal = open()) {
                assertThat(journal.append(n, payload(n))).isTrue();
            }
        }
        assertThat(keptAside())
                .containsExactly("state.journal.damaged-4", "state.journal.damaged-5", "state.journal.damaged-6");
        assertThat(directory.resolve("state.journal.damaged-6")).content().startsWith("damage 6");
    }

    @ParameterizedTest
    @CsvSource({"17, 0", "17, 255", "40, 0", "40, 255"})
    void longDamageAfterTheRecords_doesNotHideThem(int megabytes, int value) throws IOException {
        try (StateJournal journal = open()) {
            assertThat(journal.append(7, payload(7))).isTrue();
        }
        byte[] damage = new byte[1 << 20];
        java.util.Arrays.fill(damage, (byte) value);
        for (int i = 0; i < megabytes; i++) {
            Files.write(file(), damage, StandardOpenOption.APPEND);
        }
        try (StateJournal journal = open()) {
            assertThat(newest(journal)).isEqualTo("{\"n\":7}");
            assertThat(journal.append(8, payload(8))).isTrue();
        }
        assertThat(Files.size(file())).isLessThan(1 << 20);
        try (StateJournal journal = open()) {
            assertThat(newest(journal)).isEqualTo("{\"n\":8}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"state.journal", "state.lock"})
    void symbolicLink_isNotFollowed(String name) throws IOException {
        Path target = directory.resolve("elsewhere");
        Files.writeString(target, "of someone else");
        Files.createSymbolicLink(directory.resolve(name), target);

        try (StateJournal journal = open()) {
            assertThat(journal.isOn()).isFalse();
            assertThat(journal.status()).contains("symbolic link", "delete the link");
            assertThat(target).hasContent("of someone else");
        }
        Files.delete(directory.resolve(name));
        try (StateJournal journal = open()) {
            assertThat(journal.isOn()).isTrue();
        }
    }

    @Test
    void linkInPlaceOfTheRewrittenFile_isReplaced() throws IOException {
        Path target = directory.resolve("elsewhere");
        Files.writeString(target, "of someone else");
        Files.createSymbolicLink(directory.resolve("state.journal.new"), target);
        byte[] large = new byte[60_000];
        try (StateJournal journal = open()) {
            for (int n = 1; n <= 40; n++) {
                assertThat(journal.append(n, large)).isTrue();
            }
        }
        assertThat(target).hasContent("of someone else");
    }

    @Test
    void secondOwner_isRejectedWithRemedy() {
        try (StateJournal journal = open();
                StateJournal second = new StateJournal(directory)) {
            assertThatThrownBy(second::open)
                    .isInstanceOf(StateDirectoryInUseException.class)
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("BEV_AVATAR_STATE_DIR");
            assertThat(journal.append(1, payload(1))).isTrue();
        }
        try (StateJournal journal = open()) {
            assertThat(journal.isOn()).isTrue();
        }
    }

    @Test
    void unusableDirectory_turnsJournalOff_andRetryTurnsItOn() throws IOException {
        Path inTheWay = Files.createFile(directory.resolve("state"));
        try (StateJournal journal = new StateJournal(inTheWay.resolve("deep"))) {
            journal.open();
            assertThat(journal.isOn()).isFalse();
            assertThat(journal.status()).startsWith("journal off").contains(inTheWay.toString());
            assertThat(journal.append(1, payload(1))).isFalse();
            assertThat(journal.retry(1, payload(1))).isFalse();
            Files.delete(inTheWay);
            assertThat(journal.retry(1, payload(1))).isTrue();
            assertThat(journal.status()).isEqualTo("on");
            assertThat(newest(journal)).isEqualTo("{\"n\":1}");
        }
    }

    @Test
    void retry_neverOverwritesNewerStateOnDisk() throws IOException {
        try (StateJournal journal = open()) {
            assertThat(journal.append(50, payload(50))).isTrue();
        }
        Path hidden = directory.resolveSibling(directory.getFileName() + "-hidden");
        Files.move(directory, hidden);
        Files.createFile(directory);
        try (StateJournal journal = open()) {
            assertThat(journal.isOn()).isFalse();
            Files.delete(directory);
            Files.move(hidden, directory);
            assertThat(journal.retry(3, payload(3))).isTrue();
            assertThat(newest(journal)).isEqualTo("{\"n\":50}");
        }
    }

    @Test
    void fullDisk_turnsJournalOff_andOnAgain() throws Exception {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "mounting a small tmpfs needs root");
        Path small = Files.createDirectory(directory.resolve("small"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small.toString()), "cannot mount a tmpfs here");
        try (StateJournal journal = new StateJournal(small)) {
            journal.open();
            int last = 0;
            byte[] record = new byte[3000];
            while (journal.append(
                    last + 1, ByteBuffer.wrap(record.clone()).putInt(last + 1).array())) {
                last++;
            }
            assertThat(last).isBetween(5, 22);
            assertThat(journal.isOn()).isFalse();
            assertThat(journal.status()).contains("No space left on device");
            assertThat(ByteBuffer.wrap(journal.newest().orElseThrow()).getInt()).isEqualTo(last);
            assertThat(journal.retry(last + 1, new byte[60_000])).isFalse();
            assertThat(run("mount", "-o", "remount,size=1m", small.toString())).isTrue();
            assertThat(journal.retry(last + 1, payload(7))).isTrue();
            assertThat(newest(journal)).isEqualTo("{\"n\":7}");
        } finally {
            assertThat(run("umount", small.toString())).isTrue();
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
