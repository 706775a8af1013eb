package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Converts threat indicators to a level of 0..1. Each indicator has a weight w by its severity; together they give
 * {@code 1 - product(1 - w)}, so that more indicators never lower the level and it never exceeds 1.
 *
 * <p>{@code threat_indicators} is a list (of texts, or objects with {@code severity} as a key of {@code severities}
 * or a number 0..1), a whole number of indicators without severity, or a fraction, which is the level itself.
 *
 * @param severities weight 0..1 by severity in lower case
 * @param unstated weight 0..1 of an indicator without a severity
 */
record ThreatScale(Map<String, Double> severities, double unstated) {

    private static final String FIELD = "threat_indicators";
    private static final int MAX_COUNT = 1_000_000_000;

    ThreatScale {
        severities = Map.copyOf(severities);
    }

    /** The level of an event's {@code threat_indicators}; empty if it has none. */
    OptionalDouble level(JsonFields event) throws RejectedUpdateException {
        JsonNode indicators = event.raw(FIELD);
        if (indicators.isArray()) {
            double complement = 1;
            for (JsonNode indicator : indicators) {
                complement *= 1 - weight(event, indicator);
            }
            return OptionalDouble.of(1 - complement);
        }
        OptionalDouble number = event.number(FIELD, 0, MAX_COUNT);
        if (number.isEmpty()) {
            return OptionalDouble.empty();
        }
        double n = number.getAsDouble();
        boolean whole = indicators.isNumber()
                ? indicators.isIntegralNumber()
                : !indicators.asText().contains(".");
        if (whole) {
            return OptionalDouble.of(1 - Math.pow(1 - unstated, n));
        }
        return event.number(FIELD, 0, 1);
    }

    private double weight(JsonFields event, JsonNode indicator) throws RejectedUpdateException {
        JsonNode severity = indicator.path("severity");
        if (severity.isMissingNode()) {
            return unstated;
        }
        if (severity.isTextual()) {
            return severities.getOrDefault(severity.textValue().toLowerCase(Locale.ROOT), unstated);
        }
        if (severity.isNumber() && severity.doubleValue() >= 0 && severity.doubleValue() <= 1) {
            return severity.doubleValue();
        }
        throw event.invalid(
                RejectionReason.OUT_OF_RANGE, FIELD, indicator, "a severity of 0..1 or one of " + severities.keySet());
    }
}
