package io.bev.avatar.renderer.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** The kernels as a library for this processor: their real text between two files of the emulation, through g++. */
final class EmulatedKernels {

    private static final List<String> COMPILER = List.of(
            "g++",
            "-std=c++17",
            "-O2",
            "-ffp-contract=off",
            "-fno-strict-aliasing",
            "-U_FORTIFY_SOURCE",
            "-fPIC",
            "-shared",
            "-w");

    private EmulatedKernels() {}

    /** The library; made once for a text. Skips the test where there is no compiler. */
    static Path library() {
        Assumptions.assumeTrue(
                onPath("g++"), "g++ is not on the PATH: the kernels cannot be compiled for this processor");
        String text = resource("/emulation/emulation.h") + KernelSource.program() + "#line 1 \"emulation.cpp\"\n"
                + resource("/emulation/emulation.cpp");
        try {
            Path folder = Files.createDirectories(Path.of("target", "emulation").toAbsolutePath());
            Path library = folder.resolve("kernels-" + hash(text) + ".so");
            if (!Files.exists(library)) {
                compile(folder, text, library);
            }
            return library;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void compile(Path folder, String text, Path library) throws IOException {
        Path source = Files.createTempFile(folder, "kernels", ".cpp");
        Path made = Files.createTempFile(folder, "kernels", ".so");
        Files.writeString(source, text);
        List<String> command = new java.util.ArrayList<>(COMPILER);
        command.addAll(List.of("-o", made.toString(), source.toString()));
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
        try {
            Files.move(made, library, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(made, library, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.delete(source);
    }

    /** Whether a program is found. */
    static boolean onPath(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    private static String resource(String path) {
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
