package io.bev.avatar.renderer.lifecycle;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often this renderer was started again and why, over the lives of its processes, in {@code restarts.properties}. A
 * process that ended without a word crashed, unless systemd says that its watchdog ended it. Thread-safe; a file that cannot be written is reported and counting goes on in
 * memory.
 */
public final class RestartCounter {

    /** Reason of an end by a fault that the program saw. */
    public static final String FAILURE = "failure";
    /** Reason of an end that nobody announced. */
    public static final String CRASH = "crash";
    /** Reason of an end by systemd, which saw no sign of life. */
    public static final String WATCHDOG = "watchdog";

    private static final Logger log = LoggerFactory.getLogger(RestartCounter.class);
    private static final Pattern REASON = Pattern.compile("[a-z][a-z0-9_]{0,31}");
    private static final int MAX_REASONS = 32;
    private static final String OTHER = "other";
    private static final String COUNT = "count.";
    private static final String RUNNING = "running";
    private static final String NEXT = "next";
    /** Where the unit leaves systemd's {@code $SERVICE_RESULT} of the process before, beside the ledger. */
    private static final String SERVICE_RESULT = "service-result";

    private final Path file;
    private final Map<String, Long> counts = new TreeMap<>();
    private boolean running;
    private String next = "";

    /**
     * Reads the ledger and counts this start.
     *
     * @param folder where it lies; made when needed
     */
    public RestartCounter(Path folder) {
        this.file = folder.resolve("restarts.properties");
        // A counter that first shows at 1 has no increase: what alerts read is there from the start.
        List.of(FAILURE, CRASH, WATCHDOG).forEach(reason -> counts.put(reason, 0L));
        read();
        String result = takeServiceResult();
        String unannounced = result.equals(WATCHDOG) ? WATCHDOG : CRASH;
        String reason = next.isEmpty() && running ? unannounced : next;
        if (!reason.isEmpty()) {
            String counted = counts.containsKey(reason) || counts.size() < MAX_REASONS ? reason : OTHER;
            counts.merge(counted, 1L, Long::sum);
        }
        running = true;
        next = "";
        write();
    }

    public synchronized Map<String, Long> counts() {
        return new TreeMap<>(counts);
    }

    /**
     * The process is about to end in order to be started again.
     *
     * @throws IllegalArgumentException when {@code reason} does not make a label
     */
    public synchronized void restarting(String reason) {
        if (!REASON.matcher(reason).matches()) {
            throw new IllegalArgumentException("restart reason '" + reason
                    + "': expected one word of at most 32 lower-case letters, digits and _, such as memory_pressure");
        }
        next = reason;
        write();
    }

    /** The process ends in order. */
    public synchronized void ended() {
        running = false;
        write();
    }

    /** What systemd said of the process before; it counts once. */
    private String takeServiceResult() {
        Path told = file.resolveSibling(SERVICE_RESULT);
        try {
            String result = Files.readString(told).strip();
            Files.delete(told);
            return result;
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            log.warn("{}: left out: {}", told, e.toString());
            return "";
        }
    }

    private void read() {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException | IllegalArgumentException e) {
            log.warn("{}: cannot be read, restart counts begin anew: {}", file, e.toString());
            return;
        }
        running = Boolean.parseBoolean(properties.getProperty(RUNNING, "false"));
        next = properties.getProperty(NEXT, "");
        for (String key : properties.stringPropertyNames()) {
            String count = properties.getProperty(key, "");
            if (key.startsWith(COUNT) && count.matches("\\d{1,18}")) {
                counts.put(key.substring(COUNT.length()), Long.parseLong(count));
            }
        }
    }

    private void write() {
        Properties properties = new Properties();
        properties.setProperty(RUNNING, Boolean.toString(running));
        properties.setProperty(NEXT, next);
        counts.forEach((reason, count) -> properties.setProperty(COUNT + reason, Long.toString(count)));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (Writer writer = Files.newBufferedWriter(fresh, StandardCharsets.UTF_8)) {
                properties.store(writer, "Starts of the renderer, by the reason of the end before");
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            log.warn("{}: cannot be written, restarts are not counted on disk: {}", file, e.toString());
        }
    }
}
