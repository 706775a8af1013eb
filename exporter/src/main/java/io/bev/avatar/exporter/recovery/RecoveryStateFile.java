package io.bev.avatar.exporter.recovery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.io.DurableFiles;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.exporter.alert.AlertEvent;
import io.bev.avatar.exporter.config.RecoveryAction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** File of {@link RecoveryState}: replaced atomically, and on disk when {@link #write} returns. */
final class RecoveryStateFile {

    private static final int SCHEMA = 1;

    private final Path file;

    RecoveryStateFile(Path file) {
        this.file = file;
    }

    /**
     * Loads the state left by an earlier process; empty if there is no file.
     *
     * @throws IOException if the file is unreadable; acting without it could repeat actions
     */
    RecoveryState read() throws IOException {
        if (!Files.exists(file)) {
            return RecoveryState.empty();
        }
        try {
            return state(JsonTrees.JSON.read(BoundedFiles.readBytes(file)));
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new IOException(
                    file + " cannot be read (" + e.getMessage() + "): make sure that no recovery is in progress,"
                            + " remove the file and restart the exporter",
                    e);
        }
    }

    private RecoveryState state(JsonNode root) {
        if (root.path("schema").asInt() != SCHEMA) {
            throw new IllegalArgumentException("schema: found " + root.path("schema") + ", expected " + SCHEMA);
        }
        RecoveryState state =
                RecoveryState.empty().withSwitchedOff(root.path("switchedOff").asBoolean());
        for (JsonNode attempt : root.path("firings")) {
            state = state.with(attempt(attempt));
        }
        for (JsonNode run : root.path("runs")) {
            state = state.ran(action(run), time(run, "at"));
        }
        JsonNode rate = root.path("frameRate");
        return rate.isObject()
                ? state.withFrameRate(Optional.of(new ThrottleState(
                        rate.path("original").asInt(), rate.path("step").asInt(), time(rate, "changedAt"))))
                : state;
    }

    private RecoveryAttempt attempt(JsonNode node) {
        AlertEvent event = AlertEvent.fromJson(node.path("event").asText());
        RecoveryRequest request = new RecoveryRequest(
                event.fingerprint(),
                event.startsAt(),
                event.name(),
                action(node),
                node.path("gpuUuid").asText(),
                Duration.ofSeconds(node.path("cooldownSeconds").asLong()),
                node.path("maxPerHour").asInt());
        return new RecoveryAttempt(
                request,
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

    /** @throws IOException if the write fails; the file is then unchanged */
    void write(RecoveryState state) throws IOException {
        ObjectNode root = JsonTrees.object().put("schema", SCHEMA).put("switchedOff", state.switchedOff());
        ArrayNode attempts = root.putArray("firings");
        state.attempts().values().forEach(attempt -> put(attempts.addObject(), attempt));
        ArrayNode runs = root.putArray("runs");
        state.runs()
                .forEach(run -> runs.addObject()
                        .put("action", run.action().label())
                        .put("at", run.at().toString()));
        state.frameRate()
                .ifPresent(rate -> root.putObject("frameRate")
                        .put("original", rate.original())
                        .put("step", rate.step())
                        .put("changedAt", rate.changedAt().toString()));
        DurableFiles.replace(file, JsonTrees.bytes(root));
    }

    private void put(ObjectNode node, RecoveryAttempt attempt) {
        node.put("event", attempt.event().toJson())
                .put("action", attempt.request().action().label())
                .put("gpuUuid", attempt.request().gpuUuid())
                .put("cooldownSeconds", attempt.request().cooldown().toSeconds())
                .put("maxPerHour", attempt.request().maxPerHour())
                .put("phase", attempt.phase().name().toLowerCase(Locale.ROOT))
                .put("since", attempt.since().toString())
                .put("ineffective", attempt.ineffective());
        attempt.outcome().ifPresent(outcome -> node.put("outcome", outcome.label()));
        attempt.resolvedAt().ifPresent(time -> node.put("over", time.toString()));
    }
}
