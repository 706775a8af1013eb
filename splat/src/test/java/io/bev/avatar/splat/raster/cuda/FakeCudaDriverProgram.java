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
 * A stand-in for NVIDIA's driver library: a {@code libcuda.so.1} of the real functions that jcuda's natives call, whose kernels
 * are the emulated ones. With its folder in {@code LD_LIBRARY_PATH}, a process runs all of the CUDA backend but the device.
 */
final class FakeCudaDriverProgram {

    /** What each of its devices is called, and the memory of each. */
    static final String NAME = "CUDA stand-in (CPU emulation)";

    static final long TOTAL_BYTES = 2L << 30;

    private static final int MOST_FRAMES = 30;

    private static final List<String> FILES =
            List.of("base.h", "devices.cpp", "engine.cpp", "contexts.cpp", "memory.cpp", "launches.cpp");

    private FakeCudaDriverProgram() {}

    /** The folder with the library; made once for a text. Skips the test where there is no compiler. */
    static Path folder() {
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
            Path folder = Files.createDirectories(kernels.resolveSibling("driver-" + name));
            if (!Files.exists(folder.resolve(DriverLibrary.NAME))) {
                place(kernels, folder.resolve("kernels.so"));
                Path made = compile(folder, text.toString());
                Files.move(made, folder.resolve(DriverLibrary.NAME), StandardCopyOption.ATOMIC_MOVE);
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path compile(Path folder, String text) throws IOException {
        Path source = Files.writeString(Files.createTempFile(folder, "driver", ".cpp"), text);
        Path made = Files.createTempFile(folder, "driver", ".so");
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
            throw new IllegalStateException("g++ cannot compile the stand-in for the driver:\n" + output);
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

    /** Another process may be doing the same, and a third have loaded it. */
    private static void place(Path from, Path to) throws IOException {
        if (!Files.exists(to)) {
            Path part = Files.createTempFile(to.getParent(), "part", ".so");
            Files.copy(from, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /**
     * Runs tests by the names of their classes, in this package, on whatever {@code libcuda.so.1} this process finds; without
     * one, makes the stand-in and says where.
     */
    public static void main(String[] names) {
        PrintWriter out = new PrintWriter(System.out, true, UTF_8);
        if (names.length == 0) {
            out.println(folder());
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
        listener.getSummary().printFailuresTo(out, MOST_FRAMES);
        System.exit(listener.getSummary().getTestsFailedCount() > 0 ? 1 : 0);
    }
}
