package io.bev.avatar.exporter.collector.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessLabelsTest {

    @TempDir
    private Path directory;

    private ProcessLabels labels;

    @BeforeEach
    void open() throws IOException {
        passwd("root:x:0:0::/root:/bin/sh\npainter:x:997:997::/:/bin/false\nalias:x:997:997::/:/bin/false\n\nodd\n", 1);
        labels = new ProcessLabels(directory, directory.resolve("passwd"));
    }

    private void passwd(String text, long seconds) throws IOException {
        Files.writeString(directory.resolve("passwd"), text);
        Files.setLastModifiedTime(directory.resolve("passwd"), FileTime.fromMillis(seconds * 1000));
    }

    private void process(int pid, String file, String text) throws IOException {
        Path process = Files.createDirectories(directory.resolve(Integer.toString(pid)));
        Files.writeString(process.resolve(file), text);
    }

    /** Values of the labels, in order. */
    private List<String> values(int pid) {
        String[] all = labels.of(pid);
        assertThat(all).hasSize(12);
        return Arrays.asList(all[1], all[3], all[5], all[7], all[9], all[11]);
    }

    @Test
    void process_hasNameUserAndUnit() throws Exception {
        process(7, "comm", "ffmpeg\n");
        process(7, "status", "Name:\tffmpeg\nUid:\t997\t997\t997\t997\nGid:\t1\n");
        process(7, "cgroup", "0::/system.slice/a.service\n");

        assertThat(values(7)).containsExactly("7", "ffmpeg", "painter", "a.service", "", "");
        assertThat(labels.of(7, "type", "C"))
                .endsWith("pod_uid", "", "type", "C")
                .startsWith("pid", "7", "name");
    }

    @Test
    void goneProcess_costsOnlyItsOwnLabels() throws Exception {
        process(7, "comm", "x\n");

        assertThat(values(8)).containsExactly("8", "", "", "", "", "");
        assertThat(values(7)).containsExactly("7", "x", "", "", "", "");
        assertThat(values(-1).get(0)).isEqualTo("4294967295");
    }

    @Test
    void oversizedOrUnreadableFile_isEmpty() throws Exception {
        process(7, "cgroup", "0::/system.slice/a.service\n" + "x".repeat(2 << 20));
        Files.createDirectories(directory.resolve("7/status"));

        assertThat(values(7)).containsExactly("7", "", "", "", "", "");
    }

    @Test
    void user_isNumberIfUnknown_andFollowsChangesOfPasswd() throws Exception {
        process(7, "status", "Uid:\t1234\t1234\n");
        assertThat(values(7).get(2)).isEqualTo("1234");

        passwd("new:x:1234:1::/:/bin/sh\n", 2);
        assertThat(values(7).get(2)).isEqualTo("new");

        Files.delete(directory.resolve("passwd"));
        assertThat(values(7).get(2)).isEqualTo("1234");
    }
}
