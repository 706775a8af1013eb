package io.bev.avatar.launcher.systemd;

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
        ready(60);
        call("stopped", "watchdog");
        assertThat(failures()).isEqualTo("1");
    }

    @Test
    void failureAfterAShortRun_isOneMore() throws Exception {
        failures(5);
        call("started", "");
        call("stopped", "signal");
        assertThat(failures()).isEqualTo("6");
        assertThat(directory.resolve("ready")).doesNotExist();
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

    /** Pretends that the service became ready so long ago. */
    private void ready(long secondsAgo) throws IOException {
        String uptime = Files.readString(Path.of("/proc/uptime")).replaceAll("(?s)\\..*", "");
        Files.writeString(directory.resolve("ready"), Long.toString(Long.parseLong(uptime) - secondsAgo));
    }

    private String call(String verb, String result) throws IOException, InterruptedException {
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
                        "PATH",
                        directory.resolve("bin") + ":" + System.getenv("PATH")));
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text.strip();
    }
}
