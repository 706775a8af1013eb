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
 * The classes that a program loads, in the form in which the JVM maps them: it saves reading, checking and linking them at
 * every start. The JVM itself refuses an archive of another Java or of another jar and goes on without, so a stale one costs
 * time only; a torn one would crash it, therefore {@link #install} moves a finished file into place.
 */
public final class ClassArchive {

    private static final String JAVA =
            System.getProperty("java.vm.vendor") + " " + System.getProperty("java.vm.version");

    private final Path folder;
    private final Installation.Jar program;

    ClassArchive(Path folder, Installation.Jar program) {
        this.folder = folder;
        this.program = program;
    }

    /** Where it is. */
    public Path file() {
        return folder.resolve(program.name() + ".jsa");
    }

    /** Tells what it was made of. */
    private Path label() {
        return folder.resolve(program.name() + ".made-of");
    }

    /** Whether it was made of these very jars by this very Java. */
    public boolean isFresh() throws IOException {
        return Files.exists(file())
                && Files.exists(label())
                && Files.readString(label()).equals(ingredients());
    }

    /**
     * A line for Java and each jar. Times are among them because the JVM looks at these; check sums, because a package gives
     * all of its versions' files one time.
     */
    String ingredients() throws IOException {
        List<Path> jars = new ArrayList<>(List.of(program.file()));
        Path libraries = program.file().resolveSibling("lib");
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

    /** What makes the JVM use it; nothing where there is none. */
    public List<String> options() {
        return Files.exists(file()) ? List.of("-XX:SharedArchiveFile=" + file()) : List.of();
    }

    /**
     * Puts {@code made}, a file of the same file system, in its place; whole even if the power fails now.
     *
     * @param madeOf {@link #ingredients} of before it was made: an update may have come meanwhile
     */
    void install(Path made, String madeOf) throws IOException {
        Files.createDirectories(folder);
        Files.deleteIfExists(label());
        try (FileChannel written = FileChannel.open(made)) {
            written.force(true);
        }
        Files.move(made, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(label(), madeOf);
    }
}
