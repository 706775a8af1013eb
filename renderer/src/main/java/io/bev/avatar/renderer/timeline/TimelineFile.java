package io.bev.avatar.renderer.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.io.DamagedFiles;
import io.bev.avatar.common.io.DurableFiles;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.renderer.timeline.TimelineEvent.Kind;
import io.bev.avatar.renderer.timeline.TimelineEvent.Level;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a timeline across restarts in {@code timeline.json}. It is for people, not for recovery: a crash loses up to {@link
 * #INTERVAL}, and a file that cannot be read or written is logged and does not stop the renderer.
 */
public final class TimelineFile {

    static final Duration INTERVAL = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(TimelineFile.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path file;
    private final Timeline timeline;
    private long writtenNumber;
    private long writtenNanos;
    private boolean failing;

    /** @param directory of the file; created if missing */
    public TimelineFile(Path directory, Timeline timeline) {
        this.file = directory.resolve("timeline.json");
        this.timeline = timeline;
    }

    /** Restores the events of the previous process. */
    public synchronized void read() {
        try {
            timeline.restore(parse(JSON.readTree(BoundedFiles.readString(file))));
        } catch (NoSuchFileException e) {
            LOG.debug("{}: none yet", file);
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            LOG.warn("{}: cannot be read, kept aside; the timeline starts empty: {}", file, ErrorText.of(e));
            keepAside();
        }
        writtenNumber = timeline.number();
    }

    /** Writes the events if there are new ones and the last write is older than {@link #INTERVAL}. */
    public synchronized void writeIfDue(long nowNanos) {
        if (timeline.number() != writtenNumber && nowNanos - writtenNanos >= INTERVAL.toNanos()) {
            writtenNanos = nowNanos;
            write();
        }
    }

    /** Writes the events. */
    public synchronized void write() {
        long number = timeline.number();
        try {
            DurableFiles.replace(file, document(timeline.events()).toString());
            writtenNumber = number;
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                failing = true;
                LOG.warn("{}: cannot be written, a restart shows an older timeline: {}", file, ErrorText.of(e));
            }
        }
    }

    /** The events as a JSON array, oldest first; as on the page. */
    public static ArrayNode document(List<TimelineEvent> events) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(events.size());
        for (TimelineEvent event : events) {
            ObjectNode node = array.addObject();
            node.put("number", event.number());
            node.put("at", event.at().toString());
            node.put("kind", event.kind().label());
            node.put("level", event.level().label());
            node.put("title", event.title());
            node.put("detail", event.detail());
        }
        return array;
    }

    private static List<TimelineEvent> parse(JsonNode array) {
        if (!array.isArray()) {
            throw new IllegalArgumentException("expected a list of events");
        }
        List<TimelineEvent> events = new ArrayList<>();
        long last = 0;
        for (JsonNode node : array) {
            long number = node.path("number").asLong();
            Optional<Kind> kind = Kind.of(node.path("kind").asText());
            Optional<Level> level = Level.of(node.path("level").asText());
            if (number <= last || number >= Long.MAX_VALUE / 2) {
                throw new IllegalArgumentException(
                        "event number " + number + " after " + last + ": expected a higher one");
            }
            if (kind.isEmpty() || level.isEmpty()) {
                continue; // written by a newer version
            }
            last = number;
            events.add(new TimelineEvent(
                    number,
                    Instant.parse(node.path("at").asText()),
                    kind.get(),
                    level.get(),
                    node.path("title").asText(),
                    node.path("detail").asText()));
        }
        return events;
    }

    private void keepAside() {
        try {
            DamagedFiles.moveAside(file);
        } catch (IOException e) {
            LOG.warn("{}: cannot be kept aside: {}", file, ErrorText.of(e));
        }
    }
}
