package io.bev.avatar.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Directory of a benchmark's stack, {@code .run/bench/NAME}; emptied at the start, kept at the end for its logs.
 *
 * @param path the directory
 */
public record RunDirectory(Path path) {

    /** @param root the project directory */
    public static RunDirectory fresh(Path root, String name) throws IOException, InterruptedException {
        Path directory =
                root.resolve(".run/bench").resolve(name).toAbsolutePath().normalize();
        if (Files.exists(directory)) {
            unmountBelow(directory);
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        return new RunDirectory(Files.createDirectories(directory));
    }

    /** Unmounts what a killed run may have left. */
    private static void unmountBelow(Path directory) throws IOException, InterruptedException {
        for (String line : Files.readAllLines(Path.of("/proc/self/mounts"), StandardCharsets.ISO_8859_1)) {
            String mountPoint = line.split(" ", -1)[1];
            if (mountPoint.startsWith(directory + "/")) {
                StackClient.run(List.of("umount", "-l", mountPoint));
            }
        }
    }

    /** Closes {@code stack} when the process is interrupted; returns the hook, to be removed after a regular end. */
    static Thread closeOnExit(AutoCloseable stack) {
        Thread hook = new Thread(
                () -> {
                    try {
                        stack.close();
                    } catch (Exception e) { // the process ends here: report it
                        System.err.println("cleanup failed: " + e);
                    }
                },
                "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }
}
