package io.bev.avatar.cds;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Installation of renderer and exporter: jars, JVM flags and commands.
 *
 * @param renderer jar of the renderer; its JVM flags are in {@code jvm.flags} of its module or next to the jar
 * @param exporter jar of the exporter, likewise
 * @param archives directory of their class archives
 */
public record Installation(Jar renderer, Jar exporter, Path archives) {

    /**
     * One application.
     *
     * @param name module name
     * @param file jar file
     * @param flags argument file with the JVM flags
     */
    public record Jar(String name, Path file, Path flags) {

        /** Options that make JNA load its library from the installation, because unpacking may be forbidden there. */
        private List<String> natives() {
            Path directory = file.toAbsolutePath().resolve("../../native").normalize();
            return Files.isDirectory(directory)
                    ? List.of("-Djna.boot.library.path=" + directory, "-Djna.nounpack=true", "-Djna.nosys=true")
                    : List.of();
        }
    }

    /**
     * The applications built in a checkout.
     *
     * @throws IOException when an application is not built
     */
    public static Installation of(Path root) throws IOException {
        return new Installation(
                built(root, "renderer"), built(root, "exporter"), root.resolve("launcher/target/class-archives"));
    }

    /** The applications installed in {@code directory}. */
    public static Installation installed(Path directory, Path archives) {
        return new Installation(installed(directory, "renderer"), installed(directory, "exporter"), archives);
    }

    private static Jar installed(Path directory, String name) {
        Path home = directory.resolve(name);
        return new Jar(name, home.resolve("avatar-" + name + ".jar"), home.resolve("jvm.flags"));
    }

    private static Jar built(Path root, String name) throws IOException {
        Path target = root.resolve(name).resolve("target");
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "avatar-" + name + "-*.jar")) {
            jars.forEach(found::add);
        }
        if (!found.isEmpty()) {
            // The newest: an earlier version may lie beside it.
            Path jar = Collections.max(
                    found, Comparator.comparingLong(path -> path.toFile().lastModified()));
            return new Jar(name, jar, root.resolve(name).resolve("jvm.flags"));
        }
        throw new IOException("no " + name + " in " + target + "; './avatar up' builds it");
    }

    /** Renderer and exporter. */
    public List<Jar> all() {
        return List.of(renderer, exporter);
    }

    /** The class archive of an application, which may not exist. */
    public ClassArchive archive(Jar application) {
        return new ClassArchive(archives, application);
    }

    /** The command without application arguments, with the class archive if it exists. */
    public List<String> command(Jar application) {
        return command(application, archive(application).options());
    }

    /** The command without application arguments, with additional JVM flags. */
    public List<String> command(Jar application, List<String> extraFlags) {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.add("@" + application.flags());
        command.addAll(application.natives());
        command.addAll(extraFlags);
        command.addAll(List.of("-jar", application.file().toString()));
        return command;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Path of a system command; empty when it is not installed. */
    public static Optional<Path> find(String name) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin";
        for (String directory : path.split(":", -1)) {
            Path candidate = Path.of(directory.isEmpty() ? "." : directory, name);
            if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
                return Optional.of(candidate.toAbsolutePath());
            }
        }
        return Optional.empty();
    }
}
