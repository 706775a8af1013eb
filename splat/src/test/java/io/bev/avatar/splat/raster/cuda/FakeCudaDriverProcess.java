package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts Java processes whose CUDA driver is the fake one. */
public final class FakeCudaDriverProcess {

    private static final List<String> JAVA = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            // The whole heap from the start, so that other memory of the process is visible.
            "-Xms96m",
            "-Xmx96m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));

    private FakeCudaDriverProcess() {}

    /**
     * The builder of a process with merged output and errors. Skips the test if the fake driver cannot be compiled.
     *
     * @param control file shared by test and fake driver
     * @param environment added to that of this process, except {@code CUDA_VISIBLE_DEVICES}
     */
    public static ProcessBuilder of(Path control, Map<String, String> environment, List<String> command) {
        List<String> all = new ArrayList<>(JAVA);
        all.addAll(command);
        ProcessBuilder process = new ProcessBuilder(all).redirectErrorStream(true);
        process.environment().remove("CUDA_VISIBLE_DEVICES");
        process.environment()
                .put("LD_LIBRARY_PATH", FakeCudaDriverProgram.directory().toString());
        process.environment().put(FakeCudaDriverControl.VARIABLE, control.toString());
        process.environment().putAll(environment);
        return process;
    }

    /** Exit code and output of a process. */
    record Outcome(int code, String output) {}

    static Outcome run(ProcessBuilder process) throws IOException, InterruptedException {
        Process started = process.start();
        try {
            String output = new String(started.getInputStream().readAllBytes(), UTF_8);
            return new Outcome(started.waitFor(), output);
        } finally {
            started.destroyForcibly();
        }
    }
}
