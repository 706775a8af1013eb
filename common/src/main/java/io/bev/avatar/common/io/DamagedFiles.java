package io.bev.avatar.common.io;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Keeps damaged files for inspection, as {@code NAME.damaged-1} and so on. The newest {@value #MAX_KEPT} of a name are
 * kept.
 */
public final class DamagedFiles {

    /** Number of damaged files kept of one name. */
    public static final int MAX_KEPT = 3;

    private DamagedFiles() {}

    /** Renames {@code file} and returns its new path. */
    public static Path moveAside(Path file) throws IOException {
        Path aside = next(file);
        Files.move(file, aside);
        return aside;
    }

    /**
     * Gives {@code file} a second name, or copies it where the file system has no links; returns the new path. The file itself
     * remains until it is replaced, so that a power cut loses neither.
     */
    public static Path keep(Path file) throws IOException {
        Path aside = next(file);
        try {
            Files.createLink(aside, file);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(file, aside, LinkOption.NOFOLLOW_LINKS);
        }
        return aside;
    }

    /** Writes {@code content} to a new file beside {@code file} and returns its path. */
    public static Path write(Path file, byte[] content) throws IOException {
        Path aside = next(file);
        Files.write(aside, content);
        return aside;
    }

    private static Path next(Path file) throws IOException {
        String prefix = file.getFileName() + ".damaged-";
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a directory");
        List<Long> numbers = new ArrayList<>();
        try (DirectoryStream<Path> kept = Files.newDirectoryStream(directory)) {
            for (Path one : kept) {
                String name = one.getFileName().toString();
                String number = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
                if (number.matches("\\d{1,15}")) {
                    numbers.add(Long.valueOf(number));
                }
            }
        }
        numbers.sort(null);
        while (numbers.size() >= MAX_KEPT) {
            Files.deleteIfExists(directory.resolve(prefix + numbers.remove(0)));
        }
        long last = numbers.isEmpty() ? 0 : numbers.get(numbers.size() - 1);
        return directory.resolve(prefix + (last + 1));
    }
}
