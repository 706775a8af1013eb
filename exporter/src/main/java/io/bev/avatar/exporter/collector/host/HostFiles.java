package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.common.text.ErrorText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Files of procfs and sysfs, read by one subcollector in one collection. Files are read up to a limit. An entry of a
 * list that cannot be read or parsed is skipped and counted, and does not affect the others.
 */
final class HostFiles {

    /** First read of a file: some of procfs return their whole content in the first read only. */
    private static final int BUFFER_BYTES = 8192;

    /** Reused for the next file of the thread. */
    private static final ThreadLocal<byte[]> BUFFER = ThreadLocal.withInitial(() -> new byte[BUFFER_BYTES]);

    /** Limit of a procfs file: the largest known, mounts and interrupts of a big server, have a few MB. */
    private static final int MAX_BYTES = 16 << 20;

    /** Limit of a sysfs attribute. The kernel's own is one page, up to 64 KiB. */
    private static final int MAX_ATTRIBUTE_BYTES = 64 << 10;

    private final Path proc;
    private final Path sys;
    private int skipped;
    private String firstSkipped = "";

    /**
     * @param proc path of procfs, usually {@code /proc}
     * @param sys path of sysfs, usually {@code /sys}
     */
    HostFiles(Path proc, Path sys) {
        this.proc = proc;
        this.sys = sys;
    }

    /** Parser of one line. */
    @FunctionalInterface
    interface LineParser {
        /** @throws IllegalArgumentException when the line is malformed */
        void parse(String line);
    }

    Path proc() {
        return proc;
    }

    Path sys() {
        return sys;
    }

    /** Content of a file under {@code /proc} that every kernel has. */
    String proc(String path) throws IOException {
        return content(proc.resolve(path), MAX_BYTES, false).text();
    }

    /** Raw content of a file under {@code /proc} that every kernel has. */
    byte[] procBytes(String path) throws IOException {
        return read(proc.resolve(path), MAX_BYTES);
    }

    /** Content of a file under {@code /proc} that every kernel has and that is never empty. */
    String filledProc(String path) throws IOException {
        String text = proc(path);
        if (text.isBlank()) {
            throw new IOException("/proc/" + path + " is empty");
        }
        return text;
    }

    /** Content of a file under {@code /proc} that some kernels lack: then the subcollector has no source. */
    String requireProc(String path) throws IOException {
        return optionalProc(path).orElseThrow(() -> new SourceAbsentException("/proc/" + path));
    }

    /** Content of a file under {@code /proc} that some kernels lack. */
    Optional<String> optionalProc(String path) throws IOException {
        return optional(proc.resolve(path));
    }

    /** Content of a file; empty when the file does not exist. */
    static Optional<String> optional(Path file) throws IOException {
        try {
            return Optional.of(content(file, MAX_BYTES, false).text());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Value of a sysfs attribute without surrounding blanks; empty when it does not exist or the driver does not give a
     * value, for which it returns various errors.
     */
    static Optional<String> attribute(Path file) {
        try {
            return Optional.of(content(file, MAX_ATTRIBUTE_BYTES, true).text().strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A decimal sysfs attribute; empty when it has no numeric value. */
    static OptionalDouble number(Path file) {
        Optional<String> text = attribute(file);
        if (text.isPresent()) {
            try {
                return OptionalDouble.of(Fields.decimal(text.get()));
            } catch (NumberFormatException e) {
                return OptionalDouble.empty();
            }
        }
        return OptionalDouble.empty();
    }

    /** An integer sysfs attribute, decimal or, after {@code 0x}, hexadecimal; empty when it has no such value. */
    static OptionalLong integer(Path file) {
        Optional<String> text = attribute(file);
        if (text.isPresent()) {
            try {
                return OptionalLong.of(Long.decode(decimal(text.get())));
            } catch (NumberFormatException e) {
                return OptionalLong.empty();
            }
        }
        return OptionalLong.empty();
    }

    /** {@link Long#decode} reads leading zeros as octal; the kernel pads decimals with them. */
    private static String decimal(String text) {
        int sign = text.startsWith("-") ? 1 : 0;
        int start = sign;
        if (!text.startsWith("0x")) {
            while (start + 1 < text.length()
                    && text.charAt(start) == '0'
                    && Character.isDigit(text.charAt(start + 1))) {
                start++;
            }
        }
        return start == sign ? text : text.substring(0, sign) + text.substring(start);
    }

    /** Entries of a directory sorted by name; the subcollector has no source when the directory does not exist. */
    static List<Path> requireEntries(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new SourceAbsentException(directory.toString());
        }
        return entries(directory);
    }

    /** Entries of a directory sorted by name; empty when the directory does not exist. */
    static List<Path> entries(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(found::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(found);
        return found;
    }

    /** Entries that are directories or links to such, as those of {@code /sys/class}. */
    static List<Path> directories(Path directory) throws IOException {
        List<Path> found = new ArrayList<>(entries(directory));
        found.removeIf(entry -> !Files.isDirectory(entry));
        return found;
    }

    /**
     * Last name of a path, decoded as UTF-8. {@link Path#toString} decodes with the locale's charset, which is ASCII in a
     * service without a locale.
     */
    static String name(Path path) {
        String name = String.valueOf(path.getFileName());
        if (name.chars().allMatch(c -> c < 0x80)) {
            return name;
        }
        String encoded = path.toUri().getRawPath();
        int end = encoded.endsWith("/") ? encoded.length() - 1 : encoded.length();
        return decode(encoded.substring(encoded.lastIndexOf('/', end - 1) + 1, end));
    }

    private static String decode(String percentEncoded) {
        ByteArrayOutputStream raw = new ByteArrayOutputStream(percentEncoded.length());
        for (int i = 0; i < percentEncoded.length(); i++) {
            char c = percentEncoded.charAt(i);
            if (c == '%') {
                raw.write(Integer.parseInt(percentEncoded, i + 1, i + 3, 16));
                i += 2;
            } else {
                raw.write(c);
            }
        }
        return raw.toString(StandardCharsets.UTF_8);
    }

    /**
     * Parses each line; a malformed one is skipped.
     *
     * @throws IllegalArgumentException when there are lines and all are malformed
     */
    void eachLine(String text, LineParser parser) {
        eachItem(lines(text), parser);
    }

    /** As {@link #eachLine}, for a text that is already split. */
    void eachItem(List<String> items, LineParser parser) {
        int parsed = 0;
        @Nullable IllegalArgumentException first = null;
        for (String line : items) {
            if (line.isBlank()) {
                continue;
            }
            try {
                parser.parse(line);
                parsed++;
            } catch (IllegalArgumentException e) {
                first = first == null ? e : first;
                skip(line, e);
            }
        }
        if (parsed == 0 && first != null) {
            throw first;
        }
    }

    /** Lines as the kernel ends them: by a line feed. A carriage return is part of a name. */
    static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
            lines.add(text.substring(start, end));
            start = end + 1;
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    /** Records an entry that exists but cannot be read. */
    void skip(String entry, Exception cause) {
        if (skipped++ == 0) {
            firstSkipped = entry.length() > 80 ? entry.substring(0, 80) + "..." : entry;
            firstSkipped += ": " + ErrorText.of(cause);
        }
    }

    /** Number of skipped entries. */
    int skipped() {
        return skipped;
    }

    /** First skipped entry and cause; blank when none was skipped. */
    String firstSkipped() {
        return firstSkipped;
    }

    /** Content of a file of at most {@code limit} bytes. */
    static byte[] read(Path file, int limit) throws IOException {
        Content content = content(file, limit, false);
        return Arrays.copyOf(content.bytes, content.length);
    }

    /** Bytes of a file, valid until the thread reads another one. */
    private record Content(byte[] bytes, int length) {
        String text() {
            return new String(bytes, 0, length, StandardCharsets.UTF_8);
        }
    }

    /**
     * Reads a file.
     *
     * @param limit maximum size
     * @param atOnce whether a read that does not fill the buffer has reached the end, as of a sysfs attribute
     */
    private static Content content(Path file, int limit, boolean atOnce) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = BUFFER.get();
            int length = 0;
            for (int got = in.read(bytes); got > 0; got = in.read(bytes, length, bytes.length - length)) {
                length += got;
                if (length > limit) {
                    throw new FileSystemException(
                            file.toString(), null, "larger than " + (limit >> 10) + " KiB, the limit");
                }
                if (length == bytes.length) {
                    bytes = Arrays.copyOf(bytes, bytes.length * 2);
                } else if (atOnce) {
                    break;
                }
            }
            return new Content(bytes, length);
        }
    }
}
