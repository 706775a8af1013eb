package io.bev.avatar.exporter.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.NativeLibrary;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The simulated NVML of {@code src/simulator}, built into a directory, with its scenario. */
public final class SimulatedNvml {

    private static final Path SOURCE = Path.of("src/simulator/nvml_simulator.c");

    private final Path library;

    private SimulatedNvml(Path library) {
        this.library = library;
    }

    /** Builds the library, without the symbols in {@code hidden}; skips the test without a C compiler. */
    public static SimulatedNvml build(Path directory, String... hidden) throws Exception {
        assumeTrue(Installation.find("gcc").isPresent(), "needs gcc to build the simulated NVML");
        Path library = Files.createTempDirectory(directory, "nvml").resolve("libnvidia-ml.so.1");
        Path map = directory.resolve("hidden.map");
        String locals = Stream.of(hidden).map(name -> name + ";").collect(Collectors.joining(" "));
        Files.writeString(map, "{ global: *; " + (locals.isEmpty() ? "" : "local: " + locals) + " };\n");
        List<String> command = new ArrayList<>(List.of("gcc", "-shared", "-fPIC", "-O1", "-pthread", "-Wall"));
        command.add("-Wl,-soname,libnvidia-ml.so.1");
        command.add("-Wl,--version-script=" + map);
        command.addAll(List.of("-o", library.toString(), SOURCE.toString()));
        Process gcc = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(gcc.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(gcc.waitFor()).as(output).isZero();
        return new SimulatedNvml(library);
    }

    /** A copy of the library with its own scenario. */
    public SimulatedNvml copy(Path directory) throws IOException {
        Path copy = Files.createTempDirectory(directory, "nvml").resolve("libnvidia-ml.so.1");
        Files.copy(library, copy);
        return new SimulatedNvml(copy);
    }

    public Path library() {
        return library;
    }

    /** Replaces the scenario atomically. */
    public void scenario(String... lines) throws IOException {
        Path scenario = library.resolveSibling("libnvidia-ml.so.1.scenario");
        Path fresh = Files.createTempFile(library.getParent(), "scenario", "");
        Files.write(fresh, List.of(lines));
        Files.move(fresh, scenario, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    /** Loads the library. */
    public NvmlLoader loader(CallObserver observer) {
        return () -> JnaNvml.load(library.toString(), Ticker.system(), observer);
    }

    /** The library under another name, which keeps it loaded independently of the one under test. */
    public NativeLibrary hold() {
        return NativeLibrary.getInstance(library.getParent() + "/./" + library.getFileName());
    }

    /** Number of open initialisations in the library. */
    public static int inits(NativeLibrary held) {
        return held.getFunction("nvmlSimulatorInits").invokeInt(new Object[0]);
    }
}
