package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * A fake of NVIDIA's driver library: a {@code libcuda.so.1} with the functions that jcuda's natives call, whose kernels
 * are the emulated ones. With its directory in {@code LD_LIBRARY_PATH}, a process runs all of the CUDA backend except
 * the device.
 */
public final class FakeCudaDriverProgram {

    /** Name and memory of each of its devices. */
    public static final String NAME = "fake CUDA driver (CPU emulation)";

    static final long TOTAL_BYTES = 2L << 30;

    private static final int MAX_FRAMES = 30;

    private static final List<String> FILES =
            List.of("base.h", "devices.cpp", "engine.cpp", "contexts.cpp", "memory.cpp", "launches.cpp");

    private FakeCudaDriverProgram() {}

    /** The directory with the library; compiled once per source. Skips the test if there is no compiler. */
    static Path directory() {
        Path kernels = EmulatedKernels.library();
        StringBuilder text = new StringBuilder(FakeCudaDriverControl.text());
        text.append("#define PASS_BYTES ")
                .append(Kernels.PASS.buffer().capacity())
                .append('\n');
        for (String file : FILES) {
            text.append("#line 1 \"").append(file).append("\"\n").append(read(file));
        }
        try {
            String name = KernelCache.key(text.toString(), kernels.toString());
            Path directory = Files.createDirectories(kernels.resolveSibling("driver-" + name));
            if (!Files.exists(directory.resolve(DriverLibrary.NAME))) {
                place(kernels, directory.resolve("kernels.so"));
                Path made = compile(directory, text.toString());
                Files.move(made, directory.resolve(DriverLibrary.NAME), StandardCopyOption.ATOMIC_MOVE);
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path compile(Path directory, String text) throws IOException {
        Path source = Files.writeString(Files.createTempFile(directory, "driver", ".cpp"), text);
        Path made = Files.createTempFile(directory, "driver", ".so");
        Process compiler = new ProcessBuilder(
                        "g++",
                        "-std=c++17",
                        "-O2",
                        "-w",
                        "-fPIC",
                        "-shared",
                        "-fvisibility=hidden",
                        "-pthread",
                        "-o",
                        made.toString(),
                        source.toString(),
                        "-Wl,-soname," + DriverLibrary.NAME,
                        "-Wl,-z,defs",
                        "-ldl")
                .redirectErrorStream(true)
                .start();
        String output = new String(compiler.getInputStream().readAllBytes(), UTF_8);
        if (compiler.onExit().join().exitValue() != 0) {
            throw new IllegalStateException("g++ cannot compile the fake driver:\n" + output);
        }
        Files.delete(source);
        return made;
    }

    private static String read(String file) {
        try (InputStream in = FakeCudaDriverProgram.class.getResourceAsStream("/fake-cuda-driver/" + file)) {
            if (in == null) {
                throw new IllegalStateException("/fake-cuda-driver/" + file + " is missing");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Moves the file atomically: another process may do the same, and a third may have loaded it. */
    private static void place(Path from, Path to) throws IOException {
        if (!Files.exists(to)) {
            Path part = Files.createTempFile(to.getParent(), "part", ".so");
            Files.copy(from, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /**
     * Runs tests by class name, in this package, on the {@code libcuda.so.1} that this process finds; without
     * arguments, compiles the fake driver and prints its directory.
     */
    public static void main(String[] names) {
        PrintWriter out = new PrintWriter(System.out, true, UTF_8);
        if (names.length == 0) {
            out.println(directory());
            return;
        }
        Gpu.devices().devices().forEach(device -> out.println("device " + device));
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(Arrays.stream(names)
                                        .map(name ->
                                                selectClass(FakeCudaDriverProgram.class.getPackageName() + "." + name))
                                        .toList())
                                .build(),
                        listener);
        listener.getSummary().printTo(out);
        listener.getSummary().printFailuresTo(out, MAX_FRAMES);
        System.exit(listener.getSummary().getTestsFailedCount() > 0 ? 1 : 0);
    }
}
