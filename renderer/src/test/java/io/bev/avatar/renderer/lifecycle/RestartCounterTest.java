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
    Path folder;

    @Test
    void firstStart_andStartAfterAnOrderlyEnd_areNoRestarts_andWhatAlertsReadIsToldAtZero() {
        RestartCounter first = new RestartCounter(folder);
        assertThat(first.counts()).isEqualTo(NONE);
        first.ended();
        assertThat(new RestartCounter(folder).counts()).isEqualTo(NONE);
    }

    @Test
    void endWithoutAWord_isACrash() {
        assertThat(new RestartCounter(folder).counts()).isEqualTo(NONE);
        assertThat(new RestartCounter(folder).counts()).isEqualTo(Map.of("crash", 1L, "failure", 0L, "watchdog", 0L));
        assertThat(new RestartCounter(folder).counts()).isEqualTo(Map.of("crash", 2L, "failure", 0L, "watchdog", 0L));
    }

    @Test
    void announcedRestart_isCountedByItsReason_whetherOrNotTheEndWasOrderly() {
        RestartCounter first = new RestartCounter(folder);
        first.restarting("memory_pressure");
        first.ended();
        RestartCounter second = new RestartCounter(folder);
        second.restarting(RestartCounter.FAILURE);
        assertThat(new RestartCounter(folder).counts())
                .isEqualTo(Map.of("memory_pressure", 1L, "failure", 1L, "crash", 0L, "watchdog", 0L));
    }

    @Test
    void endBySystemdsWatchdog_isCountedAsSuch_once() throws IOException {
        RestartCounter first = new RestartCounter(folder);
        assertThat(first.counts()).isEqualTo(NONE);
        Files.writeString(folder.resolve("service-result"), "watchdog\n");
        assertThat(new RestartCounter(folder).counts()).isEqualTo(Map.of("watchdog", 1L, "crash", 0L, "failure", 0L));
        assertThat(new RestartCounter(folder).counts()).isEqualTo(Map.of("watchdog", 1L, "crash", 1L, "failure", 0L));
        Files.writeString(folder.resolve("service-result"), "core-dump\n");
        assertThat(new RestartCounter(folder).counts()).isEqualTo(Map.of("watchdog", 1L, "crash", 2L, "failure", 0L));
    }

    @Test
    void watchdogsWordOnAnOrderlyEnd_isNoRestart() throws IOException {
        new RestartCounter(folder).ended();
        Files.writeString(folder.resolve("service-result"), "watchdog\n");
        assertThat(new RestartCounter(folder).counts()).isEqualTo(NONE);
    }

    @Test
    void reasonThatMakesNoLabel_isRefused() {
        RestartCounter ledger = new RestartCounter(folder);
        for (String reason : new String[] {"", "Two Words", "9x", "x".repeat(33), "a\nb"}) {
            assertThatThrownBy(() -> ledger.restarting(reason)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void reasons_areLimitedInNumber() {
        for (int i = 0; i < 40; i++) {
            RestartCounter ledger = new RestartCounter(folder);
            ledger.restarting("reason_" + i);
            ledger.ended();
        }
        assertThat(new RestartCounter(folder).counts()).hasSize(33).containsEntry("other", 11L);
    }

    @Test
    void brokenOrUnwritableFile_doesNotStopTheRenderer() throws IOException {
        Files.writeString(folder.resolve("restarts.properties"), "count.x=many\ncount.y=4\nrunning=\\u00zz");
        assertThat(new RestartCounter(folder).counts()).isEqualTo(NONE);
        Path file = Files.writeString(folder.resolve("file"), "");
        RestartCounter nowhere = new RestartCounter(file.resolve("below"));
        nowhere.restarting("x");
        nowhere.ended();
        assertThat(nowhere.counts()).isEqualTo(NONE);
    }
}
