package io.bev.avatar.e2e.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs of {@code avatar-backoff}, with a {@code sleep} that only notes how long. */
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
    void delays_doubleUpToHalfAMinute() throws Exception {
        StringBuilder delays = new StringBuilder();
        for (int failure = 0; failure < 9; failure++) {
            String said = call("before-start", "");
            delays.append(said.isEmpty() ? "0" : said.replaceAll("(?s).*slept ", ""))
                    .append(' ');
            call("stopped", "signal");
        }
        assertThat(delays.toString()).isEqualTo("0 0 1 2 4 8 16 30 30 ");
    }

    @Test
    void success_startsAnew() throws Exception {
        failures(5);
        call("stopped", "success");
        assertThat(failures()).isEqualTo("0");
    }

    @Test
    void failureAfterAStableRun_isTheFirst() throws Exception {
        failures(5);
        started(60);
        call("stopped", "watchdog");
        assertThat(failures()).isEqualTo("1");
    }

    @Test
    void failureAfterAShortRun_isOneMore() throws Exception {
        failures(5);
        started(59);
        call("stopped", "signal");
        assertThat(failures()).isEqualTo("6");
    }

    @Test
    void unreadableCount_isNone() throws Exception {
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
    void start_isStampedAfterTheDelay() throws Exception {
        failures(2);
        started(1000);
        assertThat(call("before-start", "")).contains("slept 1");
        call("stopped", "signal");
        assertThat(failures()).isEqualTo("3");
    }

    @Test
    void result_isLeftForTheRenderer_butNotForOthers() throws Exception {
        call("stopped", "watchdog");
        assertThat(directory.resolve("service-result")).hasContent("watchdog");
        Files.delete(directory.resolve("service-result"));
        assertThat(call("stopped", "signal", "")).isEmpty();
        assertThat(directory.resolve("service-result")).doesNotExist();
    }

    /** Pretends that the service was started so long ago. */
    private void started(long secondsAgo) throws IOException {
        String uptime = Files.readString(Path.of("/proc/uptime")).replaceAll("(?s)\\..*", "");
        Files.writeString(directory.resolve("started"), Long.toString(Long.parseLong(uptime) - secondsAgo));
    }

    private String call(String verb, String result) throws IOException, InterruptedException {
        return call(verb, result, directory.toString());
    }

    private String call(String verb, String result, String stateDirectory) throws IOException, InterruptedException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(root.resolve("avatar"))) {
            root = Optional.ofNullable(root.getParent()).orElseThrow();
        }
        ProcessBuilder builder = new ProcessBuilder(
                        root.resolve("systemd/scripts/avatar-backoff").toString(), verb)
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
