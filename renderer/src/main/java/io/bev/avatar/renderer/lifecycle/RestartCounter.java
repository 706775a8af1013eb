package io.bev.avatar.renderer.lifecycle;

import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.io.DamagedFiles;
import io.bev.avatar.common.io.DurableFiles;
import io.bev.avatar.common.text.ErrorText;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the restarts of this renderer by reason, across processes, in {@code restarts.properties}. A process that
 * ended without recording a reason is counted as a crash, or as a watchdog restart if systemd reports one.
 * Thread-safe; if the file cannot be written, the error is logged and counting continues in memory.
 */
public final class RestartCounter {

    /** Restart after a fault that the renderer detected. */
    public static final String FAILURE = "failure";
    /** Restart after an exit without a recorded reason. */
    public static final String CRASH = "crash";
    /** Restart by systemd after a missing watchdog heartbeat. */
    public static final String WATCHDOG = "watchdog";

    private static final Logger LOG = LoggerFactory.getLogger(RestartCounter.class);
    private static final Pattern REASON = Pattern.compile("[a-z][a-z0-9_]{0,31}");
    private static final int MAX_REASONS = 32;
    private static final String OTHER = "other";
    private static final String COUNT = "count.";
    private static final String RUNNING = "running";
    private static final String NEXT = "next";
    /** File in which the unit stores systemd's {@code $SERVICE_RESULT} of the previous process. */
    private static final String SERVICE_RESULT = "service-result";

    private final Path file;
    private final Map<String, Long> counts = new TreeMap<>();
    private boolean running;
    private String next = "";
    private final String startReason;

    /**
     * Reads the counts and records this start.
     *
     * @param directory of the file; created if missing
     */
    public RestartCounter(Path directory) {
        this.file = directory.resolve("restarts.properties");
        // A counter that first appears as 1 shows no increase, so reasons used by alerts start at 0.
        List.of(FAILURE, CRASH, WATCHDOG).forEach(reason -> counts.put(reason, 0L));
        read();
        String result = consumeServiceResult();
        String unannounced = result.equals(WATCHDOG) ? WATCHDOG : CRASH;
        String reason = next.isEmpty() && running ? unannounced : next;
        startReason = reason;
        if (!reason.isEmpty()) {
            String counted = counts.containsKey(reason) || counts.size() < MAX_REASONS ? reason : OTHER;
            counts.merge(counted, 1L, Long::sum);
        }
        running = true;
        next = "";
        write();
    }

    /** Why this start is a restart; empty after an orderly exit and at the first start. */
    public String startReason() {
        return startReason;
    }

    public synchronized Map<String, Long> counts() {
        return new TreeMap<>(counts);
    }

    /**
     * Records that the process is about to exit for a restart.
     *
     * @throws IllegalArgumentException when {@code reason} is not a valid label value
     */
    public synchronized void restarting(String reason) {
        if (!REASON.matcher(reason).matches()) {
            throw new IllegalArgumentException("restart reason '" + reason
                    + "': expected one word of at most 32 lower-case letters, digits and _, such as memory_pressure");
        }
        next = reason;
        write();
    }

    /** Records an orderly exit. */
    public synchronized void ended() {
        running = false;
        write();
    }

    /** Reads and deletes systemd's result for the previous process. */
    private String consumeServiceResult() {
        Path resultFile = file.resolveSibling(SERVICE_RESULT);
        try {
            String result = BoundedFiles.readString(resultFile).strip();
            Files.delete(resultFile);
            return result;
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            LOG.warn("{}: cannot be read, ignored: {}", resultFile, ErrorText.of(e));
            return "";
        }
    }

    private void read() {
        Properties properties = new Properties();
        try (Reader reader = new StringReader(BoundedFiles.readString(file))) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("{}: cannot be read, kept aside; restart counts start at 0: {}", file, ErrorText.of(e));
            keepAside();
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

    private void keepAside() {
        try {
            DamagedFiles.moveAside(file);
        } catch (IOException e) {
            LOG.warn("{}: cannot be kept aside: {}", file, ErrorText.of(e));
        }
    }

    private void write() {
        Properties properties = new Properties();
        properties.setProperty(RUNNING, Boolean.toString(running));
        properties.setProperty(NEXT, next);
        counts.forEach((reason, count) -> properties.setProperty(COUNT + reason, Long.toString(count)));
        StringWriter text = new StringWriter();
        try {
            properties.store(text, "Restarts of the renderer by reason");
            DurableFiles.replace(file, text.toString());
        } catch (IOException e) {
            LOG.warn("{}: cannot be written, restarts are not counted on disk: {}", file, ErrorText.of(e));
        }
    }
}
