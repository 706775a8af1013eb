package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * An event of the investigation pipeline.
 *
 * <pre>
 * {"activity_type":"breach_analysis","investigation_id":"INV-7","progress":0.4,
 *  "findings":[{"title":"reused password"}],"threat_indicators":[{"severity":"high"}]}
 * </pre>
 *
 * <p>{@code findings} is the number of findings so far, or their list; the last element of a list (a text, or its
 * {@code title}, {@code summary}, {@code description} or {@code name}) is the last discovery unless {@code discovery}
 * is given. {@code threat_indicators} is evaluated by {@link ThreatScale}, unless {@code threat_level} (0..1) is
 * given. {@code event_id} identifies duplicates. All fields are optional, but at least one of {@code activity_type}
 * to {@code threat_level} is required.
 *
 * @param eventId assigned by the pipeline
 * @param progress 0..1
 * @param threatLevel 0..1
 * @param discovery one line
 * @param words of discovery and findings, as {@link OsintRule#words} writes them
 */
record OsintEvent(
        Optional<String> eventId,
        Optional<Activity> activity,
        Optional<String> investigationId,
        OptionalDouble progress,
        OptionalInt findings,
        OptionalDouble threatLevel,
        Optional<String> discovery,
        String words) {

    private static final int MAX_TEXT = 8 * 1024;
    private static final String[] FINDING_TEXTS = {"title", "summary", "description", "name"};

    static OsintEvent of(JsonFields fields, ThreatScale scale) throws RejectedUpdateException {
        OptionalDouble threat = fields.number("threat_level", 0, 1);
        OsintEvent event = new OsintEvent(
                fields.text("event_id", StateDocument.MAX_ID),
                StateDocument.activity(fields, "activity_type", Optional.empty()),
                fields.text("investigation_id", StateDocument.MAX_ID).filter(id -> !id.isBlank()),
                fields.number("progress", 0, 1),
                findings(fields),
                threat.isPresent() ? threat : scale.level(fields),
                fields.text("discovery", MAX_TEXT)
                        .or(() -> lastFinding(fields.raw("findings")))
                        .map(OsintEvent::oneLine)
                        .filter(line -> !line.isEmpty()),
                OsintRule.words(texts(fields)));
        if (event.activity.isEmpty()
                && event.investigationId.isEmpty()
                && event.progress.isEmpty()
                && event.findings.isEmpty()
                && event.threatLevel.isEmpty()) {
            throw new RejectedUpdateException(
                    RejectionReason.MISSING_FIELD,
                    "event: found none of its fields, expected one of activity_type, investigation_id, progress,"
                            + " findings, threat_indicators, threat_level");
        }
        return event;
    }

    private static OptionalInt findings(JsonFields fields) throws RejectedUpdateException {
        if (fields.raw("findings").isArray()) {
            return OptionalInt.of(fields.raw("findings").size());
        }
        return fields.integer("findings", 0, StateDocument.MAX_FINDINGS).stream()
                .mapToInt(n -> (int) n)
                .findFirst();
    }

    /** All texts of discovery and findings. */
    private static String texts(JsonFields fields) throws RejectedUpdateException {
        StringBuilder all = new StringBuilder(fields.text("discovery", MAX_TEXT).orElse(""));
        for (JsonNode finding : fields.raw("findings")) {
            all.append(' ').append(finding.isTextual() ? finding.textValue() : "");
            for (String name : FINDING_TEXTS) {
                all.append(' ').append(finding.path(name).asText(""));
            }
        }
        return all.toString();
    }

    private static Optional<String> lastFinding(JsonNode findings) {
        if (!findings.isArray() || findings.isEmpty()) {
            return Optional.empty();
        }
        JsonNode last = findings.get(findings.size() - 1);
        if (last.isTextual()) {
            return Optional.of(last.textValue());
        }
        for (String name : FINDING_TEXTS) {
            if (last.path(name).isTextual()) {
                return Optional.of(last.path(name).textValue());
            }
        }
        return Optional.empty();
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return line.length() <= StateDocument.MAX_DISCOVERY
                ? line
                : line.substring(0, StateDocument.MAX_DISCOVERY - 3) + "...";
    }
}
