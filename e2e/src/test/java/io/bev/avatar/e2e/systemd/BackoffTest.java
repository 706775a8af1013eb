package io.bev.avatar.e2e.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.testkit.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code avatar-backoff}, with a {@code sleep} that only prints the time. */
class BackoffTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    @BeforeEach
    void fakeSleep() throws IOException {
        Path sleep = Files.createDirectory(directory.resolve("bin")).resolve("sleep");
        Files.writeString(sleep, "#!/bin/sh\necho \"slept $1\"\n");
        assertThat(sleep.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void delays_doubleUpTo30Seconds() throws Exception {
        StringBuilder delays = new StringBuilder();
        for (int failure = 0; failure < 9; failure++) {
            String output = call("before-start", "");
            delays.append(output.isEmpty() ? "0" : output.replaceAll("(?s).*slept ", ""))
                    .append(' ');
            call("stopped", "signal");
        }
        assertThat(delays.toString()).isEqualTo("0 0 1 2 4 8 16 30 30 ");
    }

    @Test
    void success_resetsCount() throws Exception {
        failures(5);
        call("stopped", "success");
        assertThat(failures()).isEqualTo("0");
    }

    @Test
    void failureAfterStableRun_countsAsFirst() throws Exception {
        failures(5);
        started(60);
        call("stopped", "watchdog");
        assertThat(failures()).isEqualTo("1");
    }

    @Test
    void failureAfterShortRun_increasesCount() throws Exception {
        failures(5);
        started(59);
        call("stopped", "signal");
        assertThat(failures()).isEqualTo("6");
    }

    @Test
    void invalidCount_isZero() throws Exception {
        Files.writeString(directory.resolve("failures"), "x; reboot\n");
        assertThat(call("before-start", "")).isEmpty();
        call("stopped", "signal");
        assertThat(failures()).isEqualTo("1");
    }

    private void failures(int count) throws IOException {
        Files.writeString(directory.resolve("failures"), count + "\n");
    }

    private String failures() throws IOException {
        return Files.readString(directory.resolve("failures")).strip();
    }

    @Test
    void start_isRecordedAfterDelay() throws Exception {
        failures(2);
        started(1000);
        assertThat(call("before-start", "")).contains("slept 1");
        call("stopped", "signal");
        assertThat(failures()).isEqualTo("3");
    }

    @Test
    void result_isStoredForRendererOnly() throws Exception {
        call("stopped", "watchdog");
        assertThat(directory.resolve("service-result")).hasContent("watchdog");
        Files.delete(directory.resolve("service-result"));
        assertThat(call("stopped", "signal", "")).isEmpty();
        assertThat(directory.resolve("service-result")).doesNotExist();
    }

    /** Sets the time since the start of the service. */
    private void started(long secondsAgo) throws IOException {
        String uptime = Files.readString(Path.of("/proc/uptime")).replaceAll("(?s)\\..*", "");
        Files.writeString(directory.resolve("started"), Long.toString(Long.parseLong(uptime) - secondsAgo));
    }

    private String call(String verb, String result) throws IOException, InterruptedException {
        return call(verb, result, directory.toString());
    }

    private String call(String verb, String result, String stateDirectory) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        Repository.root()
                                .resolve("systemd/scripts/avatar-backoff")
                                .toString(),
                        verb)
                .redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of(
                        "RUNTIME_DIRECTORY",
                        directory.toString(),
                        "SERVICE_RESULT",
                        result,
                        "BEV_AVATAR_STATE_DIR",
                        stateDirectory,
                        "PATH",
                        directory.resolve("bin") + ":" + System.getenv("PATH")));
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text.strip();
    }
}
