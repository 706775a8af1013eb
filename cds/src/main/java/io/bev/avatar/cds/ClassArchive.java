package io.bev.avatar.cds;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/**
 * Class archive (AppCDS) of an application: its classes as the JVM maps them, which saves reading, verifying and linking
 * them at every start. The JVM ignores an archive of another Java version or jar, so a stale one costs only start time.
 * A truncated one would crash the JVM, so {@link #install} moves a complete file into place.
 */
public final class ClassArchive {

    private static final String JAVA =
            System.getProperty("java.vm.vendor") + " " + System.getProperty("java.vm.version");

    private final Path directory;
    private final Installation.Jar application;

    ClassArchive(Path directory, Installation.Jar application) {
        this.directory = directory;
        this.application = application;
    }

    /** Path of the archive. */
    public Path file() {
        return directory.resolve(application.name() + ".jsa");
    }

    /** Path of the file that records the inputs of the archive. */
    private Path inputsFile() {
        return directory.resolve(application.name() + ".inputs");
    }

    /** Whether the archive was made from the current jars by the current Java. */
    public boolean isFresh() throws IOException {
        return Files.exists(file())
                && Files.exists(inputsFile())
                && Files.readString(inputsFile()).equals(inputs());
    }

    /**
     * One line for Java and for each jar. Includes modification times because the JVM checks them, and checksums
     * because packages of different versions use the same time for all files.
     */
    String inputs() throws IOException {
        List<Path> jars = new ArrayList<>(List.of(application.file()));
        Path libraries = application.file().resolveSibling("lib");
        if (Files.isDirectory(libraries)) {
            try (Stream<Path> all = Files.list(libraries)) {
                all.sorted().forEach(jars::add);
            }
        }
        StringBuilder text = new StringBuilder(JAVA).append('\n');
        for (Path jar : jars) {
            CRC32C sum = new CRC32C();
            try (InputStream in = new CheckedInputStream(Files.newInputStream(jar), sum)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            text.append(jar.toAbsolutePath())
                    .append(' ')
                    .append(Files.getLastModifiedTime(jar).toMillis())
                    .append(' ')
                    .append(Long.toHexString(sum.getValue()))
                    .append('\n');
        }
        return text.toString();
    }

    /** JVM options that use the archive; empty without an archive. */
    public List<String> options() {
        return Files.exists(file()) ? List.of("-XX:SharedArchiveFile=" + file()) : List.of();
    }

    /**
     * Moves {@code newArchive}, a file on the same file system, into place; durable across a power failure.
     *
     * @param inputs {@link #inputs} from before it was made, because the jars may have been updated since
     */
    void install(Path newArchive, String inputs) throws IOException {
        Files.createDirectories(directory);
        Files.deleteIfExists(inputsFile());
        try (FileChannel channel = FileChannel.open(newArchive)) {
            channel.force(true);
        }
        Files.move(newArchive, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(inputsFile(), inputs);
    }
}
