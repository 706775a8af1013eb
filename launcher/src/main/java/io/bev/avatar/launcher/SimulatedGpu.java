package io.bev.avatar.launcher;

import io.bev.avatar.common.cli.ExitCodes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/**
 * NVML simulator for a run without a GPU: built from the shipped source on first use, with a scenario file that may be edited
 * while it runs.
 *
 * @param library the built library
 * @param scenario file with its values
 */
public record SimulatedGpu(Path library, Path scenario) {

    private static final String SOURCES = "exporter/src/simulator";

    /**
     * Builds the library if it is missing or its source has changed, and writes the example scenario if there is none.
     *
     * @param root the project directory
     * @param directory directory of library and scenario
     * @throws LaunchException when it cannot be built
     */
    public static SimulatedGpu prepare(Path root, Path directory)
            throws IOException, LaunchException, InterruptedException {
        return prepare(root, directory, "gcc");
    }

    /** @param compiler compiler that accepts gcc's options */
    static SimulatedGpu prepare(Path root, Path directory, String compiler)
            throws IOException, LaunchException, InterruptedException {
        Path source = root.resolve(SOURCES).resolve("nvml_simulator.c");
        Path library = directory.resolve("libnvidia-ml.so.1");
        Path scenario = directory.resolve("scenario.txt");
        Path built = directory.resolve(source.getFileName());
        Files.createDirectories(directory);
        if (!Files.exists(library) || !Files.exists(built) || Files.mismatch(source, built) >= 0) {
            build(compiler, source, library);
            Files.copy(source, built, StandardCopyOption.REPLACE_EXISTING);
        }
        if (!Files.exists(scenario)) {
            Files.copy(root.resolve(SOURCES).resolve("scenario.txt"), scenario);
        }
        return new SimulatedGpu(library, scenario);
    }

    /** Environment that makes the exporter use the simulator instead of a driver. */
    public Map<String, String> exporterEnvironment() {
        return Map.of("BEV_EXPORTER_NVML_LIBRARY", library.toString(), "NVML_SIMULATOR_SCENARIO", scenario.toString());
    }

    /** Environment that makes the renderer's page show that the GPU is simulated. */
    static Map<String, String> rendererEnvironment() {
        return Map.of("BEV_RENDERER_GPU_SIMULATED", "true");
    }

    private static void build(String compiler, Path source, Path library)
            throws IOException, LaunchException, InterruptedException {
        Path fresh = library.resolveSibling("libnvidia-ml.so.1.new");
        ProcessBuilder gcc = new ProcessBuilder(
                        compiler,
                        "-shared",
                        "-fPIC",
                        "-O1",
                        "-pthread",
                        "-Wl,-soname,libnvidia-ml.so.1",
                        "-o",
                        fresh.toString(),
                        source.toString())
                .redirectErrorStream(true);
        gcc.environment().put("LC_ALL", "C");
        Process process;
        try {
            process = gcc.start();
        } catch (IOException e) {
            throw new LaunchException(ExitCodes.UNAVAILABLE, missing(compiler + " is not installed"), e);
        }
        process.getOutputStream().close();
        List<String> output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        if (process.waitFor() != 0) {
            String first = output.stream()
                    .filter(line -> line.contains("error"))
                    .findFirst()
                    .orElse(output.isEmpty() ? "no output" : output.get(0));
            throw new LaunchException(
                    ExitCodes.UNAVAILABLE,
                    first.contains("No such file or directory")
                            ? missing(first)
                            : compiler + " cannot build the simulated GPU: " + first);
        }
        Files.move(fresh, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String missing(String reason) {
        return "--simulate-gpu requires a C compiler: " + reason
                + "; run apt-get install --no-install-recommends gcc libc6-dev";
    }
}
