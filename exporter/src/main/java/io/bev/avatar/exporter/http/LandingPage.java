package io.bev.avatar.exporter.http;

import io.bev.avatar.exporter.collector.CollectorResult;
import io.bev.avatar.exporter.collector.CollectorStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Landing page at {@code /}: version, links and last result of each collector. */
public final class LandingPage {

    /**
     * State of a collector. A source that never responded usually does not exist on this machine and is not an error.
     */
    private enum State {
        UNKNOWN("idle", "not scraped yet"),
        RESPONDING("ok", "ok"),
        ABSENT("idle", "not present"),
        FAILING("failing", "failing");

        private final String tone;
        private final String word;

        State(String tone, String word) {
            this.tone = tone;
            this.word = word;
        }

        static State of(CollectorStatus status) {
            if (status.last().isEmpty()) {
                return UNKNOWN;
            }
            if (status.last().get().success()) {
                return RESPONDING;
            }
            return status.lastSuccess().isPresent() ? FAILING : ABSENT;
        }
    }

    private final String template;
    private final String version;
    private final Supplier<List<CollectorStatus>> statuses;
    private final Map<String, String> disabled;
    private final Clock clock;
    private final long startedNanos = System.nanoTime();

    /**
     * @param statuses supplies the current status of the collectors
     * @param disabled collectors disabled by the configuration, with the reason
     */
    public LandingPage(
            String version, Supplier<List<CollectorStatus>> statuses, Map<String, String> disabled, Clock clock) {
        this.template = resource("landing.html");
        this.version = version;
        this.statuses = statuses;
        this.disabled = Map.copyOf(disabled);
        this.clock = clock;
    }

    /** Renders the page as UTF-8. */
    public byte[] render() {
        List<CollectorStatus> now = statuses.get();
        long ran = count(now, state -> state != State.UNKNOWN);
        long failing = count(now, state -> state == State.FAILING);
        long absent = count(now, state -> state == State.ABSENT);
        String summary;
        String tone;
        if (ran == 0) {
            summary = "No scrape yet";
            tone = "idle";
        } else if (failing > 0) {
            summary = failing + " of " + now.size() + " sources failing";
            tone = "failing";
        } else if (absent > 0) {
            summary = (ran - absent) + " sources respond, " + absent + " not present";
            tone = ran == absent ? "idle" : "ok";
        } else {
            summary = "All sources respond";
            tone = "ok";
        }
        StringBuilder rows = new StringBuilder();
        now.forEach(status -> rows.append(row(status)));
        new TreeMap<>(disabled).forEach((name, why) -> rows.append(disabledRow(name, why)));
        return template.replace("{{version}}", escape(version))
                .replace("{{uptime}}", duration(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos)))
                .replace("{{tone}}", tone)
                .replace("{{summary}}", summary)
                .replace("{{rows}}", rows)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static long count(List<CollectorStatus> statuses, Predicate<State> wanted) {
        return statuses.stream().map(State::of).filter(wanted).count();
    }

    private String row(CollectorStatus status) {
        State state = State.of(status);
        String tone = state.tone;
        String took = status.last()
                .map(CollectorResult::durationNanos)
                .map(LandingPage::millis)
                .orElse("–");
        String success = status.lastSuccess().map(when -> age(when) + " ago").orElse("never");
        String error = status.lastError().orElse("");
        String remark =
                status.remark().isEmpty() ? "" : " <span class=\"pill remark\">" + escape(status.remark()) + "</span>";
        boolean past = state == State.RESPONDING && !error.isEmpty();
        return "<tr><th scope=\"row\"><a href=\"/metrics?collect[]=" + escape(status.collector()) + "\">"
                + escape(status.collector()) + "</a></th><td><span class=\"pill " + tone + "\">" + state.word
                + "</span>" + remark + "</td><td class=\"number\">" + took + "</td><td class=\"number success\">"
                + success
                + "</td><td class=\"error" + (state == State.FAILING ? "" : " past") + "\">" + (past ? "earlier: " : "")
                + escape(error)
                + "</td></tr>\n";
    }

    private static String disabledRow(String collector, String why) {
        return "<tr><th scope=\"row\">" + escape(collector)
                + "</th><td><span class=\"pill idle\">off</span></td><td></td><td></td><td class=\"error past\">"
                + escape(why) + "</td></tr>\n";
    }

    private String age(Instant since) {
        return duration(Math.max(0, Duration.between(since, clock.instant()).toSeconds()));
    }

    private static String duration(long seconds) {
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 7200) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " days";
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, nanos < 10_000_000 ? "%.2f ms" : "%.0f ms", nanos / 1e6);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String resource(String name) {
        try (InputStream in = LandingPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the jar: rebuild it");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
