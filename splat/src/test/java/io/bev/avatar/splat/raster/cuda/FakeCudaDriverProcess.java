package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts Java processes whose CUDA driver is the stand-in. */
public final class FakeCudaDriverProcess {

    private static final List<String> JAVA = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            // All of the heap from the start, so that what else the process takes shows.
            "-Xms96m",
            "-Xmx96m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));

    private FakeCudaDriverProcess() {}

    /**
     * A process yet to be started, its errors with its output. Skips the test where the stand-in cannot be compiled.
     *
     * @param control file that test and stand-in share
     * @param environment added to this process's, less {@code CUDA_VISIBLE_DEVICES}
     */
    public static ProcessBuilder of(Path control, Map<String, String> environment, List<String> command) {
        List<String> all = new ArrayList<>(JAVA);
        all.addAll(command);
        ProcessBuilder process = new ProcessBuilder(all).redirectErrorStream(true);
        process.environment().remove("CUDA_VISIBLE_DEVICES");
        process.environment()
                .put("LD_LIBRARY_PATH", FakeCudaDriverProgram.folder().toString());
        process.environment().put(FakeCudaDriverControl.VARIABLE, control.toString());
        process.environment().putAll(environment);
        return process;
    }

    /** What a process said, and how it ended. */
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
