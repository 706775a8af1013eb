package io.bev.avatar.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.time.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Supervisor supervisor = new Supervisor(
            Console.of(new PrintStream(printed, true, StandardCharsets.UTF_8), Map.of()), Ticker.system());

    @AfterEach
    void stop() throws InterruptedException {
        supervisor.stop();
    }

    @Test
    void start_endsBeforeReady_reportsLogTail() throws Exception {
        supervisor.start(process("broken", "echo the port is taken; exit 78", () -> false));
        assertThatThrownBy(supervisor::awaitReady)
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("broken ended before it was ready (exit 78)")
                .hasMessageContaining("the port is taken")
                .extracting(e -> ((LaunchException) e).exitCode())
                .isEqualTo(78);
    }

    @Test
    void awaitReady_configurationRejectedByTwo_reportsProblemsOfBoth() throws Exception {
        supervisor.start(process(
                "one",
                "echo 2026-01-01T00:00:00Z INFO a start; for i in 1 2 3 4 5; do echo key $i; done; exit 78",
                () -> false));
        supervisor.start(process("fine", "exec sleep 60", () -> true));
        supervisor.start(process("two", "echo other key; exit 78", () -> false));

        assertThatThrownBy(supervisor::awaitReady)
                .isInstanceOf(LaunchException.class)
                .hasMessageContainingAll("key 1", "key 5", "two ended before it was ready (exit 78): other key")
                .hasMessageNotContaining("INFO")
                .extracting(e -> ((LaunchException) e).exitCode())
                .isEqualTo(78);
    }

    @Test
    void tick_killedService_restartsIt() throws Exception {
        ManagedProcess process = process("worker", "exec sleep 60", () -> true);
        supervisor.start(process);
        supervisor.awaitReady();
        long first = process.pid();
        ProcessHandle.of(first).orElseThrow().destroyForcibly();
        tickUntil(() -> process.isAlive() && process.pid() != first);
        assertThat(text()).contains("worker").contains("signal 9").contains("restarting");
    }

    @Test
    void tick_serviceStoppedWithExitZero_staysDown() throws Exception {
        Path stopFile = directory.resolve("stop");
        ManagedProcess process =
                process("worker", "while [ ! -e '" + stopFile + "' ]; do sleep 0.02; done", () -> true);
        supervisor.start(process);
        supervisor.awaitReady();
        Files.createFile(stopFile);
        tickUntil(() -> text().contains("will not be restarted"));
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void tick_configurationRejectedAfterRestart_endsStack() throws Exception {
        Path marker = directory.resolve("bad");
        supervisor.start(process(
                "worker", "while [ ! -e '" + marker + "' ]; do sleep 0.02; done; echo bad key; exit 78", () -> true));
        supervisor.awaitReady();
        Files.createFile(marker);
        assertThatThrownBy(() -> tickUntil(() -> false))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("bad key");
    }

    @Test
    void stop_serviceIgnoringSigterm_isKilled_andFirstServiceStopsLast() throws Exception {
        Path log = directory.resolve("order");
        supervisor.start(process("store", trap(log, "store"), () -> Files.exists(directory.resolve("store.ready"))));
        supervisor.start(process("user", trap(log, "user"), () -> Files.exists(directory.resolve("user.ready"))));
        supervisor.start(process(
                "stubborn",
                "trap '' TERM; touch '" + directory.resolve("stubborn.ready") + "'; while :; do sleep 0.05; done",
                () -> Files.exists(directory.resolve("stubborn.ready"))));
        supervisor.awaitReady();
        supervisor.stop();
        assertThat(Files.readAllLines(log)).containsExactly("user", "store");
        assertThat(text()).contains("stubborn").contains("was killed");
    }

    private String trap(Path log, String name) {
        return "trap 'echo " + name + " >> " + log + "; exit 0' TERM; touch '" + directory.resolve(name + ".ready")
                + "'; while :; do sleep 0.02; done";
    }

    private ManagedProcess process(String name, String script, ServiceSpec.Readiness ready) {
        ServiceSpec spec = new ServiceSpec(
                name,
                List.of("/bin/sh", "-c", script),
                Map.of(),
                ready,
                "here",
                directory.resolve(name + ".log"),
                Duration.ofSeconds(20),
                Duration.ofMillis(10));
        return new ManagedProcess(spec, directory);
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    private void tickUntil(java.util.function.BooleanSupplier done) throws LaunchException, InterruptedException {
        for (int i = 0; i < 1000 && !done.getAsBoolean(); i++) {
            supervisor.tick();
            Thread.sleep(10);
        }
        assertThat(done.getAsBoolean()).isTrue();
    }
}
