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
import java.util.function.Supplier;

/** The page at {@code /}: what the exporter is, where its pages are, and how each collector fared last. */
public final class LandingPage {

    private final String template;
    private final String version;
    private final Supplier<List<CollectorStatus>> statuses;
    private final Clock clock;
    private final Instant started;

    /** @param statuses the collectors' records at the time of the call */
    public LandingPage(String version, Supplier<List<CollectorStatus>> statuses, Clock clock) {
        this.template = resource("landing.html");
        this.version = version;
        this.statuses = statuses;
        this.clock = clock;
        this.started = clock.instant();
    }

    /** The page as UTF-8. */
    public byte[] render() {
        List<CollectorStatus> now = statuses.get();
        long ran = now.stream().filter(s -> s.last().isPresent()).count();
        long failing = now.stream()
                .filter(s -> s.last().map(r -> !r.success()).orElse(false))
                .count();
        String summary;
        String tone;
        if (ran == 0) {
            summary = "No scrape yet";
            tone = "idle";
        } else if (failing == 0) {
            summary = "All sources answer";
            tone = "ok";
        } else {
            summary = failing + " of " + now.size() + " sources " + (failing == 1 ? "does" : "do") + " not answer";
            tone = "failing";
        }
        StringBuilder rows = new StringBuilder();
        now.forEach(status -> rows.append(row(status)));
        return template.replace("{{version}}", escape(version))
                .replace("{{uptime}}", age(started))
                .replace("{{tone}}", tone)
                .replace("{{summary}}", summary)
                .replace("{{rows}}", rows)
                .getBytes(StandardCharsets.UTF_8);
    }

    private String row(CollectorStatus status) {
        String tone =
                status.last().map(result -> result.success() ? "ok" : "failing").orElse("idle");
        String word =
                status.last().map(result -> result.success() ? "ok" : "failing").orElse("not scraped yet");
        String took = status.last()
                .map(CollectorResult::durationNanos)
                .map(LandingPage::millis)
                .orElse("–");
        String success = status.lastSuccess().map(when -> age(when) + " ago").orElse("never");
        String error = status.lastError().orElse("");
        String remark =
                status.remark().isEmpty() ? "" : " <span class=\"pill remark\">" + escape(status.remark()) + "</span>";
        boolean past = tone.equals("ok") && !error.isEmpty();
        return "<tr><th scope=\"row\"><a href=\"/metrics?collect[]=" + escape(status.collector()) + "\">"
                + escape(status.collector()) + "</a></th><td><span class=\"pill " + tone + "\">" + word
                + "</span>" + remark + "</td><td class=\"number\">" + took + "</td><td class=\"number success\">"
                + success
                + "</td><td class=\"error" + (past ? " past" : "") + "\">" + (past ? "earlier: " : "") + escape(error)
                + "</td></tr>\n";
    }

    private String age(Instant since) {
        long seconds = Math.max(0, Duration.between(since, clock.instant()).toSeconds());
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
                throw new IllegalStateException(name + " is missing from the jar: build it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
