package io.bev.avatar.common.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class SchedulingPriorityTest {

    /** Niceness and policy of a thread, the 19th and the 41st field of its {@code stat}. */
    private static List<String> standing(Path thread) throws IOException {
        String stat = Files.readString(thread.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return List.of(fields[16], fields[38]);
    }

    private static List<String> own() throws IOException {
        return standing(Path.of("/proc/thread-self"));
    }

    @Test
    void ofThread_isOfItAndItsChildrenOnly() throws Exception {
        List<String> before = own();
        CompletableFuture<List<List<String>>> seen = new CompletableFuture<>();
        Thread polite = new Thread(() -> {
            try {
                new SchedulingPriority(7).applyToThread();
                CompletableFuture<List<String>> child = new CompletableFuture<>();
                Thread started = new Thread(() -> {
                    try {
                        child.complete(own());
                    } catch (IOException e) {
                        child.completeExceptionally(e);
                    }
                });
                started.start();
                seen.complete(List.of(own(), child.get()));
            } catch (Exception e) {
                seen.completeExceptionally(e);
            }
        });
        polite.start();

        assertThat(seen.get()).containsExactly(List.of("7", "3"), List.of("7", "3"));
        assertThat(own()).isEqualTo(before);
    }

    @Test
    void ofThread_alreadyNicer_staysAsItIs() throws Exception {
        CompletableFuture<List<String>> seen = new CompletableFuture<>();
        Thread polite = new Thread(() -> {
            try {
                new SchedulingPriority(12).applyToThread();
                new SchedulingPriority(3).applyToThread();
                seen.complete(own());
            } catch (IOException e) {
                seen.completeExceptionally(e);
            }
        });
        polite.start();

        assertThat(seen.get()).containsExactly("12", "3");
    }

    @Test
    void ofProcess_isOfAllThreadsAndTheSessionThatItLeads() throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process = new ProcessBuilder(
                        "setsid",
                        java.toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Polite.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var reader = process.inputReader()) {
            assertThat(reader.readLine()).isEqualTo("polite");
            Path directory = Path.of("/proc", Long.toString(process.pid()));
            List<List<String>> standings = new ArrayList<>();
            try (var threads = Files.list(directory.resolve("task"))) {
                for (Path thread : threads.toList()) {
                    standings.add(standing(thread));
                }
            }
            assertThat(standings).hasSizeGreaterThan(5).containsOnly(List.of("9", "3"));
            Path group = directory.resolve("autogroup");
            if (Files.exists(group)) {
                assertThat(Files.readString(group)).endsWith(" nice 9\n");
            }
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void niceness_outOfRange_isRejected() {
        assertThatThrownBy(() -> new SchedulingPriority(20))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("niceness 20: expected 1 to 19");
    }

    /** A process that is polite until it is ended. */
    static final class Polite {

        private Polite() {}

        public static void main(String[] arguments) throws IOException, TimeoutException, InterruptedException {
            new SchedulingPriority(9).applyToProcess();
            System.out.println("polite");
            TimeUnit.MINUTES.sleep(5);
        }
    }
}
