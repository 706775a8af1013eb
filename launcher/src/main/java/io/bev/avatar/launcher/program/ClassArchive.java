package io.bev.avatar.launcher.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The classes that a program loads, in the form in which the JVM maps them: it saves reading, checking and linking them at
 * every start. The JVM itself refuses an archive of another Java or of another jar and goes on without, so a stale one costs
 * time only; a torn one would crash it, therefore {@link #install} moves a finished file into place.
 */
public final class ClassArchive {

    private static final String JAVA =
            System.getProperty("java.vm.vendor") + " " + System.getProperty("java.vm.version");

    private final Path folder;
    private final Programs.Jar program;

    ClassArchive(Path folder, Programs.Jar program) {
        this.folder = folder;
        this.program = program;
    }

    /** Where it is. */
    public Path file() {
        return folder.resolve(program.name() + ".jsa");
    }

    private Path maker() {
        return folder.resolve(program.name() + ".java-version");
    }

    /** Whether it was made of this very jar by this very Java. */
    public boolean isFresh() throws IOException {
        return Files.exists(file())
                && Files.exists(maker())
                && Files.readString(maker()).equals(JAVA)
                && Files.getLastModifiedTime(file()).compareTo(Files.getLastModifiedTime(program.file())) >= 0;
    }

    /** What makes the JVM use it; nothing where there is none. */
    public List<String> options() {
        return Files.exists(file()) ? List.of("-XX:SharedArchiveFile=" + file()) : List.of();
    }

    /** Puts {@code made}, a file of the same file system, in its place. */
    void install(Path made) throws IOException {
        Files.createDirectories(folder);
        Files.move(made, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(maker(), JAVA);
    }
}
