package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The kernels as a library for this processor: their real source between two files of the emulation, compiled by g++.
 */
final class EmulatedKernels {

    private static final List<String> COMPILER = List.of(
            "g++",
            "-std=c++17",
            "-O2",
            "-ffp-contract=off",
            "-fno-strict-aliasing",
            "-U_FORTIFY_SOURCE",
            "-fPIC",
            "-w");

    /**
     * Options that make the kernels call the emulation at every access and every operation without a defined result.
     */
    private static final List<String> CHECKS = List.of(
            "-fsanitize=thread,alignment,bounds,shift,signed-integer-overflow,integer-divide-by-zero,float-cast-overflow");

    /** Options for arithmetic as on a device: product and sum in one rounding, wherever the compiler can fuse them. */
    private static final List<String> FUSED = List.of("-mfma", "-ffp-contract=fast");

    /** The kernels' only static data is shared memory: placed in a section whose ends the linker names. */
    private static final String SHARED = ".bss=emulated_shared,alloc,load,data,contents";

    private EmulatedKernels() {}

    /** The library; compiled once per source. Skips the test if there is no compiler. */
    static Path library() {
        return library(KernelSource.program(), false, false);
    }

    /** Like {@link #library()}, with fused operations if this processor has them. */
    static Path fusedLibrary() {
        return library(KernelSource.program(), false, fuses());
    }

    private static boolean fuses() {
        try {
            return Files.readString(Path.of("/proc/cpuinfo")).contains(" fma ");
        } catch (IOException e) {
            return false;
        }
    }

    /** Like {@link #fusedLibrary()}, with every access checked. */
    static Path checkedLibrary() {
        return library(KernelSource.program(), true);
    }

    /** A library of kernels of another source. */
    static Path library(String program, boolean checked) {
        return library(program, checked, checked && fuses());
    }

    private static Path library(String program, boolean checked, boolean fused) {
        Assumptions.assumeTrue(
                onPath("g++"), "g++ is not on the PATH: the kernels cannot be compiled for this processor");
        String header = resource("/emulation/emulation.h");
        String runner = header
                + KernelConstants.text()
                + KernelSource.read("frame.h")
                + resource("/emulation/emulation.cpp")
                        .replace("#include \"checks.h\"\n", resource("/emulation/checks.h"));
        String kernels = header + program;
        List<String> options = new ArrayList<>(checked ? CHECKS : List.of());
        options.addAll(fused ? FUSED : List.of());
        try {
            Path directory =
                    Files.createDirectories(Path.of("target", "emulation").toAbsolutePath());
            Path library = directory.resolve((checked ? "checked-" : fused ? "fused-" : "kernels-")
                    + hash(COMPILER + SHARED + options + runner + kernels) + ".so");
            if (!Files.exists(library)) {
                compile(directory, kernels, options, runner, checked, library);
            }
            return library;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void compile(
            Path directory, String kernels, List<String> options, String runner, boolean checked, Path library)
            throws IOException {
        Path work = Files.createTempDirectory(directory, "compile");
        Path kernelObject = work.resolve("kernels.o");
        Path runnerObject = work.resolve("runner.o");
        Path made = work.resolve("kernels.so");
        run(work, kernels, options, kernelObject);
        run(work, runner, checked ? List.of("-DEMULATION_CHECKED") : List.of(), runnerObject);
        run(List.of("objcopy", "--rename-section", SHARED, kernelObject.toString()));
        // Symbolic: two such libraries in one process must not call each other.
        run(List.of(
                "g++",
                "-shared",
                "-Wl,-Bsymbolic,-z,defs",
                "-o",
                made.toString(),
                kernelObject.toString(),
                runnerObject.toString()));
        try {
            Files.move(made, library, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(made, library, StandardCopyOption.REPLACE_EXISTING);
        }
        for (String left : List.of("kernels.o", "runner.o", "source.cpp", "")) {
            Files.delete(work.resolve(left));
        }
    }

    private static void run(Path work, String text, List<String> options, Path object) throws IOException {
        Path source = Files.writeString(work.resolve("source.cpp"), text);
        List<String> command = new ArrayList<>(COMPILER);
        command.addAll(options);
        command.addAll(List.of("-c", "-o", object.toString(), source.toString()));
        run(command);
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IllegalStateException("g++ cannot compile the kernels:\n" + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Whether an executable is on the PATH. */
    static boolean onPath(String program) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }

    static String resource(String path) {
        try (InputStream in = EmulatedKernels.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException(path + " is missing");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
