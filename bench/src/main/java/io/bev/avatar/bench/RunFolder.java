package io.bev.avatar.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The directory of a benchmark's own stack, {@code .run/bench/NAME}; emptied at the start and kept at the end, for its logs.
 *
 * @param path the directory
 */
public record RunFolder(Path path) {

    /** @param root the project directory */
    public static RunFolder fresh(Path root, String name) throws IOException, InterruptedException {
        Path folder = root.resolve(".run/bench").resolve(name).toAbsolutePath().normalize();
        if (Files.exists(folder)) {
            unmount(folder.resolve("state"));
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        return new RunFolder(Files.createDirectories(folder));
    }

    /** A mount that a killed run may have left. */
    private static void unmount(Path folder) throws IOException, InterruptedException {
        String mounts = Files.readString(Path.of("/proc/self/mounts"));
        if (mounts.contains(" " + folder + " ")) {
            StackClient.run(List.of("umount", folder.toString()));
        }
    }

    /** Closes {@code stack} when the process is interrupted; answers the hook, to be removed after an orderly end. */
    static Thread closeOnExit(AutoCloseable stack) {
        Thread hook = new Thread(
                () -> {
                    try {
                        stack.close();
                    } catch (Exception e) { // the process ends here: print it for the user
                        System.err.println("could not stop everything: " + e);
                    }
                },
                "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }
}
