package io.bev.avatar.exporter.redis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The lines of a reply to {@code INFO}, limited in number and length. A client can make Redis keep any number of error
 * types, each of them a line; of these and of the commands those with the highest counts are kept. Fields that count what
 * was left out are added:
 *
 * <pre>
 * exporter_dropped_errorstats:109900
 * exporter_dropped_cmdstats:0
 * exporter_dropped_lines:0
 * </pre>
 */
public final class InfoExcerpt {

    /** Name of the first of the added fields, without the kind. */
    public static final String DROPPED = "exporter_dropped_";

    private static final int MAX_ERRORS = 100;
    private static final int MAX_COMMANDS = 600;
    private static final int MAX_LINES = 2000;
    private static final int MAX_LINE = 1024;

    private final List<String> kept = new ArrayList<>();
    private final Ranking errors = new Ranking("errorstat_", MAX_ERRORS);
    private final Ranking commands = new Ranking("cmdstat_", MAX_COMMANDS);
    private final Ranking latencies = new Ranking("latency_percentiles_usec_", MAX_COMMANDS);
    private long droppedLines;

    /** Adds a line without its line end. */
    public void add(String line) {
        if (line.length() > MAX_LINE) {
            droppedLines++;
        } else if (line.startsWith(DROPPED)) {
            addDropped(line.substring(DROPPED.length()));
        } else if (!errors.add(line) && !commands.add(line) && !latencies.add(line)) {
            if (kept.size() < MAX_LINES) {
                kept.add(line);
            } else {
                droppedLines++;
            }
        }
    }

    /** Adds the counts of an excerpt that this one is made of. */
    private void addDropped(String field) {
        int colon = field.indexOf(':');
        long count = colon < 0 ? 0 : number(field, colon + 1);
        switch (field.substring(0, Math.max(0, colon))) {
            case "errorstats" -> errors.dropped += count;
            case "cmdstats" -> commands.dropped += count;
            default -> droppedLines += count;
        }
    }

    /** Counts a line that is too long to be added. */
    public void drop() {
        droppedLines++;
    }

    /** The lines kept, and the fields that count the others. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>(kept);
        lines.addAll(errors.top());
        lines.addAll(commands.top());
        lines.addAll(latencies.top());
        lines.add(DROPPED + "errorstats:" + errors.dropped);
        lines.add(DROPPED + "cmdstats:" + commands.dropped);
        lines.add(DROPPED + "lines:" + (droppedLines + latencies.dropped));
        return lines;
    }

    /** The number in {@code text} from {@code start} on; 0 without one. */
    private static long number(String text, int start) {
        long number = 0;
        for (int i = start; i < text.length() && Character.isDigit(text.charAt(i)); i++) {
            number = Math.min(Long.MAX_VALUE / 20, number * 10 + (text.charAt(i) - '0'));
        }
        return number;
    }

    /** The lines of one prefix with the highest first number, such as {@code calls=12}. */
    private static final class Ranking {

        private record Ranked(String line, long rank) {}

        private final String prefix;
        private final int limit;
        private List<Ranked> lines = new ArrayList<>();
        private long dropped;

        private Ranking(String prefix, int limit) {
            this.prefix = prefix;
            this.limit = limit;
        }

        private boolean add(String line) {
            if (!line.startsWith(prefix)) {
                return false;
            }
            // The name of an error can contain any character.
            lines.add(new Ranked(line, number(line, line.indexOf('=', line.lastIndexOf(':')) + 1)));
            if (lines.size() > 4 * limit) {
                cut();
            }
            return true;
        }

        private void cut() {
            if (lines.size() > limit) {
                dropped += lines.size() - limit;
                lines.sort(Comparator.comparingLong(Ranked::rank).reversed());
                lines = new ArrayList<>(lines.subList(0, limit));
            }
        }

        private List<String> top() {
            cut();
            return lines.stream().map(Ranked::line).toList();
        }
    }
}
