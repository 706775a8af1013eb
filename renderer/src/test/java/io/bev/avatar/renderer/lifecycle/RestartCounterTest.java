package io.bev.avatar.renderer.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartCounterTest {

    private static final Map<String, Long> NONE = Map.of("crash", 0L, "failure", 0L, "watchdog", 0L);

    @TempDir
    Path directory;

    @Test
    void firstStart_andStartAfterOrderlyExit_areNotRestarts_andAlertedReasonsStartAtZero() {
        RestartCounter first = new RestartCounter(directory);
        assertThat(first.counts()).isEqualTo(NONE);
        first.ended();
        assertThat(new RestartCounter(directory).counts()).isEqualTo(NONE);
    }

    @Test
    void exitWithoutReason_isCountedAsCrash() {
        assertThat(new RestartCounter(directory).counts()).isEqualTo(NONE);
        assertThat(new RestartCounter(directory).counts())
                .isEqualTo(Map.of("crash", 1L, "failure", 0L, "watchdog", 0L));
        assertThat(new RestartCounter(directory).counts())
                .isEqualTo(Map.of("crash", 2L, "failure", 0L, "watchdog", 0L));
    }

    @Test
    void requestedRestart_isCountedByReason_orderlyOrNot() {
        RestartCounter first = new RestartCounter(directory);
        first.restarting("memory_pressure");
        first.ended();
        RestartCounter second = new RestartCounter(directory);
        second.restarting(RestartCounter.FAILURE);
        assertThat(new RestartCounter(directory).counts())
                .isEqualTo(Map.of("memory_pressure", 1L, "failure", 1L, "crash", 0L, "watchdog", 0L));
    }

    @Test
    void watchdogKill_isCountedOnceAsWatchdog() throws IOException {
        RestartCounter first = new RestartCounter(directory);
        assertThat(first.counts()).isEqualTo(NONE);
        Files.writeString(directory.resolve("service-result"), "watchdog\n");
        assertThat(new RestartCounter(directory).counts())
                .isEqualTo(Map.of("watchdog", 1L, "crash", 0L, "failure", 0L));
        assertThat(new RestartCounter(directory).counts())
                .isEqualTo(Map.of("watchdog", 1L, "crash", 1L, "failure", 0L));
        Files.writeString(directory.resolve("service-result"), "core-dump\n");
        assertThat(new RestartCounter(directory).counts())
                .isEqualTo(Map.of("watchdog", 1L, "crash", 2L, "failure", 0L));
    }

    @Test
    void watchdogResult_afterOrderlyExit_isNotARestart() throws IOException {
        new RestartCounter(directory).ended();
        Files.writeString(directory.resolve("service-result"), "watchdog\n");
        assertThat(new RestartCounter(directory).counts()).isEqualTo(NONE);
    }

    @Test
    void invalidReason_isRejected() {
        RestartCounter ledger = new RestartCounter(directory);
        for (String reason : new String[] {"", "Two Words", "9x", "x".repeat(33), "a\nb"}) {
            assertThatThrownBy(() -> ledger.restarting(reason)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void reasons_areLimitedInNumber() {
        for (int i = 0; i < 40; i++) {
            RestartCounter ledger = new RestartCounter(directory);
            ledger.restarting("reason_" + i);
            ledger.ended();
        }
        assertThat(new RestartCounter(directory).counts()).hasSize(33).containsEntry("other", 11L);
    }

    @Test
    void corruptOrUnwritableFile_doesNotStopRenderer() throws IOException {
        Files.writeString(directory.resolve("restarts.properties"), "count.x=many\ncount.y=4\nrunning=\\u00zz");
        assertThat(new RestartCounter(directory).counts()).isEqualTo(NONE);
        Path file = Files.writeString(directory.resolve("file"), "");
        RestartCounter nowhere = new RestartCounter(file.resolve("below"));
        nowhere.restarting("x");
        nowhere.ended();
        assertThat(nowhere.counts()).isEqualTo(NONE);
    }
}
