package io.bev.avatar.renderer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.http.RequestGuard.Rejection;
import io.bev.avatar.renderer.config.PageConfig;
import io.bev.avatar.renderer.config.ResolutionLadder;
import io.bev.avatar.renderer.expression.NotedUpdates;
import io.bev.avatar.renderer.frame.FrameRenderer;
import io.bev.avatar.renderer.management.jolokia.ControlPassword;
import io.bev.avatar.renderer.management.mbean.RendererControl;
import io.bev.avatar.renderer.speech.Speaker;
import io.bev.avatar.renderer.speech.SpeechControl;
import io.bev.avatar.renderer.state.ActiveAlert;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.state.StateStore.Origin;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import io.bev.avatar.renderer.stream.PageBackend;
import io.bev.avatar.splat.raster.Framebuffer;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Health and state documents for the page; status is {@code starting} until {@link #attach}. */
final class RendererPage implements PageBackend {

    /** What the page shows of a started renderer. */
    record View(
            RendererRuntime runtime,
            RendererControl renderer,
            HealthMonitor health,
            RendererComponents components,
            NotedUpdates updates,
            Optional<Speaker> speaker) {}

    /** UTC, without colons, which not every file system allows. */
    private static final DateTimeFormatter FILE_TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final String version;
    private final Supplier<Duration> uptime;
    private final boolean gpuSimulated;
    private final PageConfig links;
    private final Optional<ControlPassword> updatePassword;
    private volatile @Nullable View view;

    /**
     * @param gpuSimulated whether the exporter on this host reports a simulated GPU
     * @param links addresses to which the page links
     * @param updatePassword required for updates; empty if they need none
     */
    RendererPage(
            String version,
            Supplier<Duration> uptime,
            boolean gpuSimulated,
            PageConfig links,
            Optional<ControlPassword> updatePassword) {
        this.version = version;
        this.uptime = uptime;
        this.gpuSimulated = gpuSimulated;
        this.links = links;
        this.updatePassword = updatePassword;
    }

    void attach(View ready) {
        view = ready;
    }

    @Override
    public ObjectNode health() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        View v = view;
        document.put("status", v == null ? "starting" : v.health().status());
        ArrayNode reasons = document.putArray("reasons");
        (v == null ? List.<String>of() : v.health().reasons()).forEach(reasons::add);
        document.put("version", version);
        document.put("gpuSimulated", gpuSimulated);
        ObjectNode addresses = document.putObject("links");
        links.metricsUrl().ifPresent(url -> addresses.put("metrics", url.toString()));
        links.dashboardsUrl().ifPresent(url -> addresses.put("dashboards", url.toString()));
        links.runbooksUrl().ifPresent(url -> addresses.put("runbooks", url.toString()));
        document.put("uptimeSeconds", uptime.get().toMillis() / 1000.0);
        if (v != null) {
            describe(v, document);
        }
        return document;
    }

    private static void describe(View v, ObjectNode document) {
        RendererControl renderer = v.renderer();
        document.put("state", renderer.lifecycle().state().name());
        document.put("backend", renderer.backend());
        document.put("backendReason", renderer.backendReason());
        document.put("fps", Math.round(v.runtime().stats().snapshot().fps() * 10) / 10.0);
        document.put("targetFps", renderer.targetFps());
        long age = v.runtime().stats().lastFrameAgeNanos();
        if (age >= 0) {
            document.put("lastFrameAgeMs", age / 1_000_000);
        }
        document.put("resolution", renderer.resolution().toString());
        document.put("resolutionAdaptive", renderer.adaptation().adaptive());
        document.put("resolutionReason", renderer.adaptation().reason());
        document.put("viewers", v.runtime().hub().viewers());
        StateStore.Statistics state = v.runtime().store().statistics();
        document.putObject("redis")
                .put("connected", state.redisConnected())
                .put("detail", state.redisDetail())
                .put("journalPending", state.journalPending())
                .put("unsavedUpdates", state.unsavedUpdates());
        document.putObject("model")
                .put("source", renderer.model().source())
                .put("gaussians", renderer.model().gaussians());
        ArrayNode notes = document.putArray("notes");
        v.renderer().notes().forEach(notes::add);
        v.health().note().ifPresent(notes::add);
        ActiveAlert.Source alerts = v.runtime().alerts();
        document.put("alertsKnown", alerts.isKnown());
        describe(alerts.active(), document.putArray("alerts"));
        describe(alerts.warnings(), document.putArray("warnings"));
        document.put("historySequence", v.runtime().history().timeline().number());
        document.put("stateSequence", v.runtime().store().current().seq());
    }

    private static void describe(List<ActiveAlert> alerts, ArrayNode documents) {
        for (ActiveAlert alert : alerts) {
            documents
                    .addObject()
                    .put("name", alert.name())
                    .put("instance", alert.instance())
                    .put("summary", alert.summary())
                    .put("description", alert.description())
                    .put("since", alert.since())
                    .put("runbook", alert.runbook())
                    .put("dashboard", alert.dashboard());
        }
    }

    @Override
    public ObjectNode history() {
        View v = view;
        return v == null
                ? JsonNodeFactory.instance.objectNode().put("sequence", 0)
                : v.runtime().history().document();
    }

    @Override
    public Optional<ObjectNode> state() {
        return Optional.ofNullable(view)
                .map(v -> v.components().document(v.runtime().store().current()));
    }

    @Override
    public Optional<Rejection> checkUpdate(@Nullable String authorization, String client) {
        return updatePassword.flatMap(password -> password.check(authorization, "updates", true, client));
    }

    @Override
    public Outcome submitState(byte[] json) {
        View v = view;
        return v == null ? starting() : v.updates().submit(store -> store.submit(json, Origin.HTTP));
    }

    @Override
    public Outcome submitOsint(byte[] json) {
        View v = view;
        return v == null ? starting() : v.updates().submit(store -> store.submitOsint(json, Origin.HTTP));
    }

    @Override
    public SavedImage image() {
        View v = view;
        if (v == null) {
            throw new IllegalStateException("the renderer is starting; try again in a moment");
        }
        FrameRenderer frames = v.runtime().frames();
        int lines = ResolutionLadder.MAX_LINES;
        int width = ResolutionLadder.width(lines, (double) frames.width() / frames.height());
        Framebuffer image = v.runtime().commands().call("image", () -> frames.image(width, lines));
        String emotion = v.runtime().store().current().emotion().label();
        String time = FILE_TIME.format(v.runtime().context().clock().instant());
        return new SavedImage(v.runtime().hub().encode(image), "avatar-" + emotion + "-" + time + ".jpg");
    }

    @Override
    public SpeechAnswer say(byte[] json) {
        View v = view;
        if (v == null) {
            return new SpeechAnswer(
                    503, speechDocument(false, "starting", starting().detail()), true);
        }
        return v.speaker().map(speaker -> answer(speaker.say(json))).orElseGet(SpeechAnswer::off);
    }

    private static SpeechAnswer answer(SpeechControl.Result result) {
        ObjectNode document = speechDocument(result.accepted(), result.reason(), result.detail());
        if (result.accepted()) {
            document.put("id", result.id()).put("waiting", result.waiting());
        }
        boolean retry = result.reason().equals("overloaded");
        int status = switch (result.reason()) {
            case "" -> 200;
            case "too_large" -> 413;
            case "overloaded", "unavailable" -> 503;
            default -> 400;
        };
        return new SpeechAnswer(status, document, retry);
    }

    private static ObjectNode speechDocument(boolean accepted, String reason, String detail) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("accepted", accepted)
                .put("reason", reason)
                .put("detail", detail);
    }

    @Override
    public SpeechAnswer stopSpeaking() {
        View v = view;
        return v == null || v.speaker().isEmpty()
                ? SpeechAnswer.off()
                : new SpeechAnswer(
                        200,
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("stopped", v.speaker().get().stop()),
                        false);
    }

    private static Outcome starting() {
        return new Outcome(false, "starting", "the renderer is starting; try again in a moment", 0);
    }
}
