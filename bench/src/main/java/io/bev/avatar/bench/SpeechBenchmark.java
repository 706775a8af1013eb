package io.bev.avatar.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.launcher.LaunchException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * A speaking avatar, seen and heard by headless Chromium: offset of lips against sound over {@code rounds} times six seconds,
 * as the page measures it for each frame and as a recording of image and loudness shows it; a second viewer that joins in the
 * middle of a sentence; time to first sound; time in which an interrupt takes effect; eight hours with an audio clock that
 * drifts, simulated.
 */
final class SpeechBenchmark implements Benchmark {

    private static final double MAX_OFFSET_MILLIS = 40;
    private static final double MAX_FIRST_SOUND_MILLIS = 150;
    private static final double MAX_CLOSING_MILLIS = 100;
    private static final long SECONDS_PER_ROUND = 6;
    private static final int REQUESTS = 8;
    private static final int DRIFT_HOURS = 8;
    private static final int DRIFT_PPM = 200;
    /** Root mean square of a sound that is heard; full scale is 1. */
    private static final double AUDIBLE = 0.003;

    private static final String[] SENTENCES = {
        "Mabel moved five fat boxes over the bumpy path, and Bob followed.",
        "Papa bought a map of the valley; we may move above the bay.",
        "Both numbers match. I am certain that the same person opened both accounts.",
        "Remember to verify the favourite fable about a wolf and a buffalo."
    };

    private final StackClient client = new StackClient(Duration.ofSeconds(10));

    @Override
    public String name() {
        return "speech";
    }

    @Override
    public void run(Options options, Consumer<String> progress, Consumer<Measurement> results)
            throws IOException, InterruptedException, LaunchException {
        Optional<Path> chromium = Installation.find("chromium");
        if (chromium.isEmpty()) {
            throw new LaunchException(ExitCodes.UNAVAILABLE, "chromium is not installed; apt-get install chromium");
        }
        Installation installation = Installation.of(options.root());
        try (Sandbox sandbox = new Sandbox(installation, options.directory())) {
            progress.accept("speech: starting renderer and Chromium");
            sandbox.renderer(installation.archive(installation.renderer()).options(), environment(options));
            int browser = ChromiumPage.startBrowser(sandbox, chromium.get().toString());
            String url = sandbox.pageUrl();
            try (ChromiumPage page = open(browser, url)) {
                Thread.sleep(3000);
                minute(page, url, browser, options.rounds() * SECONDS_PER_ROUND, progress, results);
                progress.accept("speech: first sound and interrupts");
                requests(page, url, results);
                progress.accept("speech: " + DRIFT_HOURS + " hours, simulated");
                drift(page, results);
            }
        }
    }

    private static Map<String, String> environment(Options options) {
        Map<String, String> environment = new LinkedHashMap<>(Map.of(
                "BEV_RENDERER_SPEECH_ENABLED", "true",
                "BEV_RENDERER_SPEECH_MAX_PER_MINUTE", "600",
                "BEV_RENDERER_SPEECH_MAX_QUEUED", "64"));
        options.model().ifPresent(model -> environment.put("BEV_AVATAR_MODEL", model.toString()));
        return environment;
    }

    private static ChromiumPage open(int browser, String url) throws IOException, InterruptedException {
        ChromiumPage page = ChromiumPage.open(browser, url, resource("speech-recorder.js"));
        page.await("Boolean(window.__avatar && __avatar.frames > 30 && __avatar.sound.available)");
        page.evaluate("document.getElementById('sound').click()");
        page.await("__avatar.sound.on");
        return page;
    }

    private void minute(
            ChromiumPage page,
            String url,
            int browser,
            long seconds,
            Consumer<String> progress,
            Consumer<Measurement> results)
            throws IOException, InterruptedException {
        progress.accept("speech: " + seconds + " s of speech");
        double from = System.currentTimeMillis();
        double end = from + seconds * 1000;
        clear(page);
        speakUntil(url, from + seconds * 500);
        // In the middle of a sentence.
        say(url, SENTENCES[0], "interrupt");
        Thread.sleep(1500);
        try (ChromiumPage second = open(browser, url)) {
            speakUntil(url, end);
            Samples both = new Samples();
            both.addAll(offsets(second));
            report("speech.offset.late_viewer.p99", both, second, end - seconds * 500, end, results);
        }
        report("speech.offset.p99", offsets(page), page, from, end, results);
    }

    private void speakUntil(String url, double end) throws IOException, InterruptedException {
        for (int i = 0; System.currentTimeMillis() < end; i++) {
            if (speaking(url) < 2) {
                say(url, SENTENCES[i % SENTENCES.length], "queue");
            }
            Thread.sleep(200);
        }
        stop(url);
    }

    /** Texts that wait, known from the answer to the last one; asks with an invalid text, which is not spoken. */
    private int speaking(String url) throws IOException, InterruptedException {
        return client.post(url + "say", Map.of("text", ""), "").path("waiting").asInt();
    }

    private JsonNode say(String url, String text, String mode) throws IOException, InterruptedException {
        JsonNode answer = client.post(url + "say", Map.of("text", text, "mode", mode), "");
        if (!answer.path("accepted").asBoolean()) {
            throw new IOException("say: " + answer);
        }
        return answer;
    }

    private void stop(String url) throws IOException, InterruptedException {
        client.post(url + "say/stop", Map.of(), "");
    }

    private static void clear(ChromiumPage page) throws IOException {
        page.evaluate("__avatar.sound.offsets.length = 0; __record.frames.length = 0; __record.sound.length = 0");
    }

    private static Samples offsets(ChromiumPage page) throws IOException {
        Samples samples = new Samples();
        for (JsonNode offset : page.evaluate("__avatar.sound.offsets")) {
            samples.add(offset.asDouble());
        }
        return samples;
    }

    private static double[][] columns(ChromiumPage page, String name) throws IOException {
        return LipOffset.columns(StackClient.JSON.convertValue(page.evaluate("__record." + name), double[][].class));
    }

    private static void report(
            String name, Samples offsets, ChromiumPage page, double from, double to, Consumer<Measurement> results)
            throws IOException {
        Samples distances = new Samples();
        offsets.forEach(offset -> distances.add(Math.abs(offset)));
        double[][] frames = columns(page, "frames");
        double[][] sound = columns(page, "sound");
        Samples windows = new Samples();
        for (double at = from; at + 10_000 <= to; at += 5000) {
            OptionalDouble offset = LipOffset.millis(frames[0], frames[1], sound[0], sound[1], at, at + 10_000);
            offset.ifPresent(windows::add);
        }
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("target", MAX_OFFSET_MILLIS);
        details.put("p50Ms", offsets.median());
        details.put("p95Ms", distances.percentile(0.95));
        details.put("frames", offsets.count());
        details.put("gaps", page.evaluate("__avatar.sound.gaps").asInt());
        details.put("fps", offsets.count() / ((to - from) / 1000));
        details.put("heldMs", page.evaluate("__avatar.sound.heldMillis").asDouble());
        if (windows.count() > 0) {
            details.put("recordedLipsLaterMs", windows.median());
            details.put("recordedLeastMs", windows.percentile(0));
            details.put("recordedMostMs", windows.percentile(1));
            details.put("windows", windows.count());
        }
        results.accept(new Measurement(name, distances.percentile(0.99), "ms", details));
    }

    private void requests(ChromiumPage page, String url, Consumer<Measurement> results)
            throws IOException, InterruptedException {
        Samples first = new Samples();
        Samples silent = new Samples();
        Samples closed = new Samples();
        for (int i = 0; i < REQUESTS; i++) {
            Thread.sleep(1200);
            clear(page);
            double asked = System.currentTimeMillis();
            say(url, "Ah, aha, Bob and Barbara are far away, and after all are wanderers.", "queue");
            Thread.sleep(1800);
            double stopped = System.currentTimeMillis();
            stop(url);
            Thread.sleep(1200);
            double[][] sound = columns(page, "sound");
            double[][] frames = columns(page, "frames");
            first(sound, asked).ifPresent(at -> first.add(at - asked));
            last(sound, stopped).ifPresent(at -> silent.add(Math.max(0, at - stopped)));
            closed(frames, asked, stopped).ifPresent(at -> closed.add(Math.max(0, at - stopped)));
        }
        measurement("speech.first_sound.p50", first, MAX_FIRST_SOUND_MILLIS).ifPresent(results);
        measurement("speech.interrupt.silent.p50", silent, MAX_CLOSING_MILLIS).ifPresent(results);
        measurement("speech.interrupt.mouth_closed.p50", closed, MAX_CLOSING_MILLIS)
                .ifPresent(results);
    }

    private static Optional<Measurement> measurement(String name, Samples samples, double target) {
        return samples.count() == 0
                ? Optional.empty()
                : Optional.of(new Measurement(
                        name,
                        samples.median(),
                        "ms",
                        Map.of("target", target, "most", samples.percentile(1), "of", samples.count())));
    }

    private static OptionalDouble first(double[][] sound, double from) {
        for (int i = 0; i < sound[0].length; i++) {
            if (sound[0][i] >= from && sound[1][i] > AUDIBLE) {
                return OptionalDouble.of(sound[0][i]);
            }
        }
        return OptionalDouble.empty();
    }

    /** When the last sound was heard. */
    private static OptionalDouble last(double[][] sound, double from) {
        OptionalDouble last = OptionalDouble.of(from);
        for (int i = 0; i < sound[0].length; i++) {
            if (sound[0][i] >= from && sound[1][i] > AUDIBLE) {
                last = OptionalDouble.of(sound[0][i]);
            }
        }
        return last;
    }

    /** When the mouth has lost nine tenths of its opening: measured from the closed mouth of a second later. */
    private static OptionalDouble closed(double[][] frames, double asked, double stopped) {
        Samples rest = new Samples();
        Samples spoken = new Samples();
        for (int i = 0; i < frames[0].length; i++) {
            if (frames[0][i] > stopped + 600) {
                rest.add(frames[1][i]);
            } else if (frames[0][i] > asked + 300 && frames[0][i] < stopped) {
                spoken.add(frames[1][i]);
            }
        }
        if (rest.count() == 0 || spoken.count() == 0) {
            return OptionalDouble.empty();
        }
        double limit = rest.median() + 0.1 * Math.max(0, spoken.percentile(0.95) - rest.median());
        OptionalDouble closed = OptionalDouble.of(stopped);
        for (int i = 0; i + 1 < frames[0].length && frames[0][i] < stopped + 600; i++) {
            if (frames[0][i] >= stopped && frames[1][i] > limit) {
                closed = OptionalDouble.of(frames[0][i + 1]);
            }
        }
        return closed;
    }

    private static void drift(ChromiumPage page, Consumer<Measurement> results) throws IOException {
        JsonNode result = page.evaluate(
                resource("speech-drift.js").strip() + "({hours: " + DRIFT_HOURS + ", ppm: " + DRIFT_PPM + "})");
        results.accept(new Measurement(
                "speech.drift.offset.max",
                result.path("worst").asDouble(),
                "ms",
                Map.of(
                        "target", MAX_OFFSET_MILLIS,
                        "hours", DRIFT_HOURS,
                        "ppm", DRIFT_PPM,
                        "gaps", result.path("gaps").asInt(),
                        "samples", result.path("sounded").asInt())));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = SpeechBenchmark.class.getResourceAsStream("/" + name)) {
            if (in == null) {
                throw new IOException(name + ": missing from the jar; rebuild it");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
