package io.bev.avatar.exporter.recovery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.exporter.alert.AlertEvent;
import io.bev.avatar.exporter.config.RecoveryAction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** {@link RecoveryState} in a file: replaced whole, and on disk when {@link #write} returns. */
final class RecoveryStateFile {

    private static final int SCHEMA = 1;

    private final Path file;

    RecoveryStateFile(Path file) {
        this.file = file;
    }

    /**
     * What an earlier process left; nothing when there is no file.
     *
     * @throws IOException when the file cannot be used: acting without it could repeat what was done
     */
    RecoveryState read() throws IOException {
        if (!Files.exists(file)) {
            return RecoveryState.empty();
        }
        try {
            return memory(JsonTrees.JSON.read(Files.readAllBytes(file)));
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new IOException(
                    file + " cannot be read (" + e.getMessage()
                            + "): once no recovery is under way, remove it and restart the exporter",
                    e);
        }
    }

    private RecoveryState memory(JsonNode root) {
        if (root.path("schema").asInt() != SCHEMA) {
            throw new IllegalArgumentException("schema: found " + root.path("schema") + ", expected " + SCHEMA);
        }
        RecoveryState memory =
                RecoveryState.empty().withSwitchedOff(root.path("switchedOff").asBoolean());
        for (JsonNode firing : root.path("firings")) {
            memory = memory.with(firing(firing));
        }
        for (JsonNode run : root.path("runs")) {
            memory = memory.ran(action(run), time(run, "at"));
        }
        JsonNode rate = root.path("frameRate");
        return rate.isObject()
                ? memory.withFrameRate(Optional.of(new ThrottleState(
                        rate.path("original").asInt(), rate.path("step").asInt(), time(rate, "changedAt"))))
                : memory;
    }

    private RecoveryAttempt firing(JsonNode node) {
        AlertEvent event = AlertEvent.fromJson(node.path("event").asText());
        RecoveryRequest order = new RecoveryRequest(
                event.fingerprint(),
                event.startsAt(),
                event.name(),
                action(node),
                node.path("gpuUuid").asText(),
                Duration.ofSeconds(node.path("cooldownSeconds").asLong()),
                node.path("maxPerHour").asInt());
        return new RecoveryAttempt(
                order,
                event,
                RecoveryAttempt.Phase.valueOf(node.path("phase").asText().toUpperCase(Locale.ROOT)),
                node.has("outcome")
                        ? Optional.of(
                                Outcome.valueOf(node.path("outcome").asText().toUpperCase(Locale.ROOT)))
                        : Optional.empty(),
                time(node, "since"),
                node.has("over") ? Optional.of(time(node, "over")) : Optional.empty(),
                node.path("ineffective").asBoolean());
    }

    private static RecoveryAction action(JsonNode node) {
        String label = node.path("action").asText();
        return RecoveryAction.of(label)
                .orElseThrow(() -> new IllegalArgumentException("action: found '" + label + "'"));
    }

    private static Instant time(JsonNode node, String field) {
        return Instant.parse(node.path(field).asText());
    }

    /** @throws IOException when it is not on disk; the file is then as it was */
    void write(RecoveryState memory) throws IOException {
        ObjectNode root = JsonTrees.object().put("schema", SCHEMA).put("switchedOff", memory.switchedOff());
        ArrayNode firings = root.putArray("firings");
        memory.firings().values().forEach(firing -> put(firings.addObject(), firing));
        ArrayNode runs = root.putArray("runs");
        memory.runs()
                .forEach(run -> runs.addObject()
                        .put("action", run.action().label())
                        .put("at", run.at().toString()));
        memory.frameRate()
                .ifPresent(rate -> root.putObject("frameRate")
                        .put("original", rate.original())
                        .put("step", rate.step())
                        .put("changedAt", rate.changedAt().toString()));
        replace(JsonTrees.bytes(root));
    }

    private void put(ObjectNode node, RecoveryAttempt firing) {
        node.put("event", firing.event().toJson())
                .put("action", firing.order().action().label())
                .put("gpuUuid", firing.order().gpuUuid())
                .put("cooldownSeconds", firing.order().cooldown().toSeconds())
                .put("maxPerHour", firing.order().maxPerHour())
                .put("phase", firing.phase().name().toLowerCase(Locale.ROOT))
                .put("since", firing.since().toString())
                .put("ineffective", firing.ineffective());
        firing.outcome().ifPresent(outcome -> node.put("outcome", outcome.label()));
        firing.over().ifPresent(over -> node.put("over", over.toString()));
    }

    private void replace(byte[] text) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path next = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
