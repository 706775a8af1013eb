package io.bev.avatar.splat.raster.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TileKernelsTest {

    @Test
    void moduleEnabled_isVectorWithoutAWarning() throws IOException, InterruptedException {
        String output = chosenIn("--add-modules", "jdk.incubator.vector");

        assertThat(output).containsPattern("vector \\d+ bit\\R").doesNotContain("--add-modules");
    }

    @Test
    void moduleNotEnabled_isScalarWithOneWarningAndItsRemedy() throws IOException, InterruptedException {
        String output = chosenIn();

        assertThat(output).endsWith("scalar" + System.lineSeparator()).containsOnlyOnce("WARN");
        assertThat(output)
                .contains("module jdk.incubator.vector is not enabled")
                .contains("Start Java with --add-modules jdk.incubator.vector");
    }

    /** Prints the name of the kernel that a JVM with these options uses. */
    static final class Choice {

        private Choice() {}

        public static void main(String[] args) {
            System.out.println(TileKernels.fastest().name());
        }
    }

    private static String chosenIn(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Choice.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
