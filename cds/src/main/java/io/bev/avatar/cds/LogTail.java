package io.bev.avatar.cds;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Last lines of a process's log, for an error message. */
public final class LogTail {

    private static final int MAX_LINES = 3;
    private static final int MAX_ERROR_LINES = 20;
    /** Start of a line of renderer and exporter's own log, as text or as JSON. */
    private static final Pattern LOG_LINE = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT.*|\\{.*");

    private LogTail() {}

    /** The last three lines; empty for an empty log. */
    public static List<String> last(Path log) throws IOException {
        List<String> lines = lines(log);
        return lines.subList(Math.max(0, lines.size() - MAX_LINES), lines.size());
    }

    /** The lines after the last line in the log format, at most 20 but at least one: what the process printed before it ended. */
    public static List<String> afterLogLines(Path log) throws IOException {
        List<String> lines = lines(log);
        int from = Math.max(0, lines.size() - 1);
        int first = Math.max(0, lines.size() - MAX_ERROR_LINES);
        while (from > first && !LOG_LINE.matcher(lines.get(from - 1)).matches()) {
            from--;
        }
        return lines.subList(from, lines.size());
    }

    private static List<String> lines(Path log) throws IOException {
        // Not Files.readAllLines: the last character may be incomplete.
        return new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("WARNING: Using incubator"))
                .toList();
    }
}
