package io.bev.avatar.cds;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Renderer and exporter as they are called: which Java, which flags, which jar.
 *
 * @param renderer jar of the renderer; its flags are in {@code jvm.flags} of its module or beside it
 * @param exporter jar of the exporter, likewise
 * @param archives folder of their class archives
 */
public record Installation(Jar renderer, Jar exporter, Path archives) {

    /**
     * One program.
     *
     * @param name module name
     * @param file its jar
     * @param flags argument file of its JVM flags
     */
    public record Jar(String name, Path file, Path flags) {

        /** What has JNA take its library from an installation, rather than unpack one where that may be forbidden. */
        private List<String> natives() {
            Path folder = file.toAbsolutePath().resolve("../../native").normalize();
            return Files.isDirectory(folder)
                    ? List.of("-Djna.boot.library.path=" + folder, "-Djna.nounpack=true", "-Djna.nosys=true")
                    : List.of();
        }
    }

    /**
     * Those built in a checkout.
     *
     * @throws IOException when one is not built
     */
    public static Installation of(Path root) throws IOException {
        return new Installation(
                built(root, "renderer"), built(root, "exporter"), root.resolve("launcher/target/class-archives"));
    }

    /** Those installed below {@code folder}. */
    public static Installation installed(Path folder, Path archives) {
        return new Installation(installed(folder, "renderer"), installed(folder, "exporter"), archives);
    }

    private static Jar installed(Path folder, String name) {
        Path home = folder.resolve(name);
        return new Jar(name, home.resolve("avatar-" + name + ".jar"), home.resolve("jvm.flags"));
    }

    private static Jar built(Path root, String name) throws IOException {
        Path target = root.resolve(name).resolve("target");
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "avatar-" + name + "-*.jar")) {
            for (Path jar : jars) {
                return new Jar(name, jar, root.resolve(name).resolve("jvm.flags"));
            }
        }
        throw new IOException("no " + name + " in " + target + "; ./avatar up builds it");
    }

    /** Both. */
    public List<Jar> all() {
        return List.of(renderer, exporter);
    }

    /** The archive of a program's classes, which may be missing. */
    public ClassArchive archive(Jar program) {
        return new ClassArchive(archives, program);
    }

    /** The command up to the program's own arguments, using the class archive where it is there. */
    public List<String> command(Jar program) {
        return command(program, archive(program).options());
    }

    /** The command up to the program's own arguments, with more flags for its JVM. */
    public List<String> command(Jar program, List<String> more) {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.add("@" + program.flags());
        command.addAll(program.natives());
        command.addAll(more);
        command.addAll(List.of("-jar", program.file().toString()));
        return command;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** A program of the system, where it is installed. */
    public static Optional<Path> find(String name) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin";
        for (String folder : path.split(":", -1)) {
            Path candidate = Path.of(folder.isEmpty() ? "." : folder, name);
            if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
                return Optional.of(candidate.toAbsolutePath());
            }
        }
        return Optional.empty();
    }
}
