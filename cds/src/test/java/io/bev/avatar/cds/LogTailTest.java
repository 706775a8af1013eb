package io.bev.avatar.cds;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {

    @TempDir
    Path directory;

    private Path log(String text) throws Exception {
        return Files.writeString(directory.resolve("service.log"), text);
    }

    @Test
    void last_isThreeLines_withoutBlankLinesAndVectorApiNotice() throws Exception {
        assertThat(LogTail.last(log("a\nb\n\nc\nd\nWARNING: Using incubator modules: jdk.incubator.vector\n")))
                .containsExactly("b", "c", "d");
        assertThat(LogTail.last(log(""))).isEmpty();
    }

    @Test
    void afterLogLines_returnsLinesAfterTextOrJsonLog() throws Exception {
        assertThat(LogTail.afterLogLines(log("2026-01-01T00:00:00Z INFO started\nfirst\nsecond\nthird\nfourth\n")))
                .containsExactly("first", "second", "third", "fourth");
        assertThat(LogTail.afterLogLines(log("{\"level\":\"INFO\"}\nfirst\n"))).containsExactly("first");
        assertThat(LogTail.afterLogLines(log("2026-01-01T00:00:00Z ERROR broken\n")))
                .containsExactly("2026-01-01T00:00:00Z ERROR broken");
        assertThat(LogTail.afterLogLines(log(""))).isEmpty();
    }
}
