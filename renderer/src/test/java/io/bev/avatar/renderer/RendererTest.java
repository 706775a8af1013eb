package io.bev.avatar.renderer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.systemd.SystemdNotifier;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.stream.PageBackend;
import io.bev.avatar.renderer.stream.ViewDemand;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.cuda.AllocationKind;
import io.bev.avatar.splat.raster.cuda.CudaDevice;
import io.bev.avatar.splat.raster.cuda.GpuControl;
import io.bev.avatar.splat.raster.cuda.MemoryBudgetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RendererTest {

    @TempDir
    Path directory;

    private final FakeRendererComponents components = new FakeRendererComponents();
    private final MBeanServer mbeans = MBeanServerFactory.newMBeanServer();
    private volatile String yaml = "";

    private RendererSettings settings() {
        String base = "renderer: {port: 0, jolokia-port: 0, target-fps: 100, idle-fps: 50" + yaml
                + "}\nstate: {directory: '" + directory + "'}\n";
        return RendererSettings.from(Config.of(base, "test", Map.of()));
    }

    private Renderer start() throws StartException {
        return Renderer.start(
                settings(),
                components,
                new RendererContext(
                        SystemdNotifier.none(),
                        mbeans,
                        Clock.systemUTC(),
                        Ticker.system(),
                        Instant.now(),
                        System.nanoTime(),
                        "1.2.3",
                        this::settings));
    }

    private Object read(String type, String attribute) throws Exception {
        return mbeans.getAttribute(new ObjectName("bev.avatar:type=" + type), attribute);
    }

    private Object call(String type, String operation, Object... arguments) throws Exception {
        String[] signature = new String[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            signature[i] = arguments[i] instanceof Integer
                    ? "int"
                    : arguments[i].getClass().getName();
        }
        try {
            return mbeans.invoke(new ObjectName("bev.avatar:type=" + type), operation, arguments, signature);
        } catch (RuntimeMBeanException e) {
            throw e.getTargetException();
        }
    }

    private ObjectNode health() {
        return Objects.requireNonNull(components.page).health();
    }

    private static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting until " + what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void start_rendersFrames_andReportsRunning() throws Exception {
        try (Renderer renderer = start()) {
            assertThat(renderer.jolokiaPort()).isPositive();
            until("frames are published", () -> components.hub.published.get() > 3);
            assertThat(read("Renderer", "State")).isEqualTo("RUNNING");
            assertThat(read("Renderer", "BackendReason")).isEqualTo("no NVIDIA driver: not in a test");
            assertThat(read("Renderer", "Version")).isEqualTo("1.2.3");
            assertThat(read("Model", "Source")).isEqualTo("built-in");
            ObjectNode health = health();
            assertThat(health.path("status").asText()).isEqualTo("ok");
            assertThat(health.path("backend").asText()).isEqualTo("fake");
            assertThat(health.path("viewers").asInt()).isEqualTo(3);
            assertThat(health.path("redis").path("connected").asBoolean()).isTrue();
            assertThat(health.path("model").path("gaussians").asInt()).isEqualTo(1);
            assertThat(health.path("lastFrameAgeMs").isNumber()).isTrue();
            assertThat(health.path("version").asText()).isEqualTo("1.2.3");
        }
    }

    @Test
    void close_stopsSavesAndReleases_inOrder() throws Exception {
        Renderer renderer = start();
        renderer.close();
        renderer.close();
        assertThat(components.store.calls).containsExactly("save", "close");
        assertThat(components.calls).containsExactly("rasterizer closed", "viewers closed");
        assertThat(mbeans.queryNames(new ObjectName("bev.avatar:*"), null)).isEmpty();
        assertThat(health().path("status").asText()).isEqualTo("stopping");
        assertThat(renderer.awaitExit()).isEqualTo(ExitCodes.OK);
        long after = components.hub.published.get();
        assertThat(components.hub.published).hasValue(after);
    }

    @Test
    void redisUnreachable_isDegraded_andRecovers() throws Exception {
        try (Renderer renderer = start()) {
            assertThat(renderer.port()).isEqualTo(8080);
            components.store.redisConnected = false;
            until("degraded", () -> health().path("status").asText().equals("degraded"));
            assertThat(read("Renderer", "State")).isEqualTo("DEGRADED");
            assertThat(health().path("reasons").path(0).asText())
                    .contains("Redis at")
                    .contains("Changes are saved locally");
            assertThat((String[]) read("Renderer", "DegradedReasons")).hasSize(1);
            components.store.redisConnected = true;
            until("ok", () -> health().path("status").asText().equals("ok"));
            assertThat(read("Renderer", "State")).isEqualTo("RUNNING");
        }
    }

    @Test
    void redisRejecting_isDegraded_withReasonAndNumberOfUpdates() throws Exception {
        try (Renderer renderer = start()) {
            assertThat(renderer.port()).isEqualTo(8080);
            components.store.redisFault = Optional.of("127.0.0.1:6379: avatar:state: OOM command not allowed");
            until("degraded", () -> health().path("status").asText().equals("degraded"));
            assertThat(health().path("reasons").path(0).asText())
                    .contains("OOM command not allowed", "3 updates not saved in Redis", "Changes are saved locally");
            assertThat(read("State", "RedisRejecting")).isEqualTo(true);
            components.store.journalFault = Optional.of("journal off: no space left");
            until("both", () -> health().path("reasons").size() == 2);
            assertThat(health().path("reasons").path(1).asText())
                    .contains("Changes are rejected")
                    .doesNotContain("saved locally");
        }
    }

    @Test
    void pauseResumeDrain_followTheStates() throws Exception {
        try (Renderer renderer = start()) {
            assertThat(renderer).isNotNull();
            call("Renderer", "pause");
            assertThat(read("Renderer", "State")).isEqualTo("PAUSED");
            assertThat(health().path("status").asText()).isEqualTo("ok");
            assertThatThrownBy(() -> call("Renderer", "pause"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("pause is not possible in state PAUSED, expected one of [RUNNING, DEGRADED]");
            long frozen = components.hub.lastSequence.get() + 1;
            long shown = components.hub.published.get();
            until("the last frame is repeated", () -> components.hub.published.get() > shown + 3);
            assertThat(components.hub.lastSequence.get()).isLessThanOrEqualTo(frozen);
            call("Renderer", "resume");
            until("new frames are published", () -> components.hub.lastSequence.get() > frozen + 2);

            call("Renderer", "drain");
            assertThat(health().path("status").asText()).isEqualTo("stopping");
            assertThat(components.hub.disconnects).hasValue(1);
            assertThat(components.store.calls).containsExactly("save");
            call("Renderer", "resume");
            assertThat(read("Renderer", "State")).isEqualTo("RUNNING");
        }
    }

    @Test
    void restart_exits75_andIsCountedByReason() throws Exception {
        try (Renderer renderer = start()) {
            assertThatThrownBy(() -> call("Renderer", "restart", "Not A Word"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected one word");
            assertThat(read("Renderer", "RestartRequested")).isEqualTo(false);
            call("Renderer", "restart", "memory_pressure");
            assertThat(renderer.awaitExit()).isEqualTo(ExitCodes.TEMPORARY);
            assertThat(read("Renderer", "RestartRequested")).isEqualTo(true);
        }
        components.store.redisConnected = true;
        try (Renderer again = start()) {
            assertThat(again).isNotNull();
            assertThat(read("Renderer", "RestartsByReason").toString())
                    .contains("memory_pressure")
                    .contains("value=1");
        }
    }

    @Test
    void shutdown_exits0() throws Exception {
        try (Renderer renderer = start()) {
            call("Renderer", "shutdown");
            assertThat(renderer.awaitExit()).isEqualTo(ExitCodes.OK);
        }
    }

    @Test
    void invalidModel_isRejected_andCurrentOneIsKept() throws Exception {
        try (Renderer renderer = start()) {
            assertThat(renderer).isNotNull();
            assertThat(call("Model", "load", "5.ply")).isEqualTo("5.ply");
            assertThat(read("Model", "Gaussians")).isEqualTo(5);
            assertThatThrownBy(() -> call("Model", "load", "missing.zip"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the current model is kept; missing.zip");
            assertThat((String) read("Renderer", "LastError")).contains("missing.zip");
            components.failingGaussians = 6;
            assertThatThrownBy(() -> call("Model", "load", "6.ply"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("cannot render 6");
            assertThat(read("Model", "Gaussians")).isEqualTo(5);
            assertThat(read("Frames", "FramesFailed")).isEqualTo(0L);
            assertThat(call("Model", "load", "")).isEqualTo("built-in");
        }
    }

    @Test
    void outOfMemoryDuringALoad_isRejected_andCurrentModelIsKept() throws Exception {
        try (Renderer renderer = start()) {
            assertThat(renderer).isNotNull();
            call("Model", "load", "5.ply");
            components.exhausting = "7.ply";

            assertThatThrownBy(() -> call("Model", "load", "7.ply"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("load: the current model is kept; 7.ply")
                    .hasMessageContaining("BEV_AVATAR_JAVA_OPTIONS=-Xmx");
            assertThatThrownBy(() -> call("Model", "replace", "7.ply")).isInstanceOf(RuntimeException.class);
            assertThat(read("Model", "Source")).isEqualTo("5.ply");
            assertThat(read("Frames", "FramesFailed")).isEqualTo(0L);
        }
    }

    @Test
    void replace_releasesTheCurrentModel_andShowsItAgainIfTheNewOneIsUnusable() throws Exception {
        Path usable = Files.createFile(directory.resolve("6.ply"));
        Path failing = Files.createFile(directory.resolve("8.ply"));
        try (Renderer renderer = start()) {
            assertThat(renderer).isNotNull();
            assertThat(call("Model", "replace", usable.toString())).isEqualTo("6.ply");
            assertThat(read("Model", "Gaussians")).isEqualTo(6);
            components.exhausting = "8.ply";

            assertThatThrownBy(() -> call("Model", "replace", failing.toString()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("replace: 6.ply is shown again");

            assertThat(read("Model", "Gaussians")).isEqualTo(6);
            until("frames", () -> Objects.requireNonNull(components.hub.last).bgr[0] == 6);
        }
    }

    @Test
    void modelLoadedAtRunTime_isShownAfterARestart_unlessItIsGone() throws Exception {
        try (Renderer renderer = start()) {
            assertThat(renderer).isNotNull();
            call("Model", "load", "5.ply");
        }
        try (Renderer renderer = start()) {
            assertThat(renderer).isNotNull();
            assertThat(read("Model", "Source")).isEqualTo("5.ply");
            components.exhausting = "5.ply";
        }
        try (Renderer renderer = start()) {
            assertThat(renderer).isNotNull();
            assertThat(read("Model", "Source")).isEqualTo("built-in");
            assertThat(health().path("notes").path(0).asText())
                    .contains("the model loaded at run time", "5.ply", "is unusable, showing the configured one");
        }
        try (Renderer renderer = start()) {
            assertThat(renderer).isNotNull();
            assertThat(health().path("notes")).isEmpty();
        }
    }

    @Test
    void frameRateAndResolution_changeWithinRanges() throws Exception {
        try (Renderer renderer = start()) {
            assertThat(renderer).isNotNull();
            assertThat(call("Frames", "setTargetFps", 60)).isEqualTo(60);
            assertThat(call("Frames", "setResolution", 320, 200)).isEqualTo("320x200");
            assertThat(read("Frames", "Width")).isEqualTo(320);
            assertThatThrownBy(() -> call("Frames", "setTargetFps", 0))
                    .hasMessage("frames per second 0: expected 1 to 240");
            assertThatThrownBy(() -> call("Frames", "setResolution", 8, 200))
                    .hasMessage("width 8: expected 16 to 3840");
            assertThat(read("Frames", "TargetFps")).isEqualTo(60);
            assertThat(read("Frames", "Height")).isEqualTo(200);
            until("a frame of the new size", () -> Objects.requireNonNull(components.hub.last).width == 320);
        }
    }

    @Test
    void resolutionSelectedByAViewer_isUsed_unlessFixed() throws Exception {
        try (Renderer renderer = start()) {
            assertThat(renderer).isNotNull();
            assertThat(read("Frames", "ResolutionAdaptive")).isEqualTo(true);
            components.hub.demand = new ViewDemand(480, true);
            until("the selected size", () -> Objects.requireNonNull(components.hub.last).height == 480);
            assertThat(read("Frames", "WantedHeight")).isEqualTo(480);
            assertThat(read("Frames", "ResolutionChanges")).isEqualTo(1L);

            yaml = ", width: 100, height: 50, resolution: fixed";
            assertThat(call("Renderer", "reload")).isEqualTo("done");
            assertThat(read("Frames", "ResolutionAdaptive")).isEqualTo(false);
            assertThat(read("Frames", "ResolutionReason")).isEqualTo("set by the configuration or an operator");
            assertThat(read("Frames", "Height")).isEqualTo(50);
        }
    }

    @Test
    void savedImage_isRenderedAt1080Lines_withEmotionAndTimeInItsName() throws Exception {
        try (Renderer renderer = start()) {
            assertThat(renderer).isNotNull();
            PageBackend.SavedImage image =
                    Objects.requireNonNull(components.page).image();
            assertThat(image.jpeg()).containsExactly(1080 / 8);
            assertThat(image.fileName()).matches("avatar-neutral-\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\dZ\\.jpg");
            assertThat(Objects.requireNonNull(components.hub.last).height).isEqualTo(360);
        }
    }

    @Test
    void reload_appliesReloadableSettings_andNamesOthers() throws Exception {
        try (Renderer renderer = start()) {
            assertThat(renderer).isNotNull();
            yaml = ", model: 9.ply, width: 100, height: 50, threads: 3";
            assertThat(call("Renderer", "reload")).isEqualTo("done; restart required for: renderer.threads");
            assertThat(read("Model", "Gaussians")).isEqualTo(9);
            assertThat(read("Frames", "Width")).isEqualTo(100);
            yaml = ", width: 1, height: 60";
            assertThatThrownBy(() -> call("Renderer", "reload"))
                    .hasMessageContaining("reload: nothing changed")
                    .hasMessageContaining("renderer.width");
            assertThat(read("Frames", "Height")).isEqualTo(50);
        }
    }

    @Test
    void gpuFallback_isDegradedAndCounted_andPermanentLossExits75() throws Exception {
        try (Renderer renderer = start()) {
            components.fallbacks = 1;
            components.backendProblem = "rendered on the CPU: the GPU failed: cuLaunchKernel";

            until("degraded", () -> health().path("status").asText().equals("degraded"));

            assertThat(health().path("reasons").path(0).asText()).contains("the GPU failed");
            assertThat((String) read("Renderer", "BackendReason")).contains("the GPU failed");
            assertThat(read("Renderer", "BackendFallbacks")).isEqualTo(1L);
            components.backendProblem = null;
            until("ok", () -> health().path("status").asText().equals("ok"));

            components.onPermanentLoss.accept("the GPU failed again");

            assertThat(renderer.awaitExit()).isEqualTo(ExitCodes.TEMPORARY);
            assertThat((String) read("Renderer", "LastError")).contains("the GPU failed again");
        }
    }

    /** A device with memory for one model. */
    private static final class FakeGpu implements GpuControl {

        private final List<String> calls = new CopyOnWriteArrayList<>();
        private int full = -1;

        @Override
        public void requireCapacity(PosedGaussians splats, Framebuffer target) {
            if (splats.count == full) {
                throw new MemoryBudgetException("GPU memory for MODEL", 9 << 20, 1 << 20, 4 << 20);
            }
        }

        @Override
        public String contextState() {
            return "active";
        }

        @Override
        public long contextRebuilds() {
            return 2;
        }

        @Override
        public int lastErrorCode() {
            return 719;
        }

        @Override
        public Optional<Long> freeBytes() {
            return Optional.of(5L);
        }

        @Override
        public long allocatedBytes() {
            return 7;
        }

        @Override
        public Map<AllocationKind, Long> usedBytes() {
            return Map.of(AllocationKind.MODEL, 3L);
        }

        @Override
        public long trimMemory() {
            calls.add("trim on " + Thread.currentThread().getName());
            return 4;
        }

        @Override
        public void rebuildContext() {
            calls.add("rebuild on " + Thread.currentThread().getName());
        }
    }

    @Test
    void modelTooLargeForGpu_failsStart_withCudaConfigured() throws Exception {
        FakeGpu gpu = new FakeGpu();
        gpu.full = 1;
        components.gpu = gpu;
        yaml = ", backend: cuda";

        assertThatThrownBy(this::start)
                .isInstanceOfSatisfying(
                        StartException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCodes.CONFIG))
                .hasMessageContaining("renderer.backend: cuda cannot render 1 Gaussians at 640x360")
                .hasMessageContaining("9 MiB of GPU memory, 1 of 4 MiB are in use");

        assertThat(components.calls).containsExactly("rasterizer closed", "GPU released", "viewers closed");
        yaml = ", backend: auto";
        try (Renderer renderer = start()) {
            assertThat(renderer.port()).isPositive();
        }
    }

    /** Operations of the device in use run on the render thread. */
    @Test
    void gpuInUse_isReportedByPurpose_andTrimmedBetweenFrames() throws Exception {
        components.devices = List.of(device(0), device(1));
        FakeGpu gpu = new FakeGpu();
        components.gpu = gpu;
        try (Renderer renderer = start()) {
            assertThat(renderer.port()).isPositive();
            assertThat(read("Renderer", "BackendReason")).isEqualTo("a GPU works");
            assertThat(read("Gpu,device=0", "ContextState")).isEqualTo("active");
            assertThat(read("Gpu,device=0", "UsedByRendererBytes")).isEqualTo(7L);
            assertThat(read("Gpu,device=0", "FreeBytes")).isEqualTo(5L);
            assertThat(read("Gpu,device=0", "ContextRebuilds")).isEqualTo(2L);
            assertThat(read("Gpu,device=0", "LastErrorCode")).isEqualTo(719);
            assertThat(read("Gpu,device=0", "UsedByPurpose").toString()).contains("MODEL", "3");
            assertThat(read("Gpu,device=1", "ContextState")).isEqualTo("none");
            assertThat(call("Gpu,device=0", "trimMemory")).isEqualTo(4L);
            call("Gpu,device=0", "rebuildContext");
            assertThat(gpu.calls).containsExactly("trim on render", "rebuild on render");
            assertThatThrownBy(() -> call("Gpu,device=1", "trimMemory")).hasMessageContaining("does not use device 1");
        }
    }

    private static CudaDevice device(int index) {
        return new CudaDevice(
                index,
                "GPU " + index,
                "GPU-" + index,
                "0000:0" + index + ":00.0",
                1L << 30,
                "8.9",
                "12.6",
                Optional.empty());
    }

    @Test
    void persistentFrameFailures_exit70() throws Exception {
        try (Renderer renderer = start()) {
            components.rasterizerBroken = true;
            assertThat(renderer.awaitExit()).isEqualTo(ExitCodes.SOFTWARE);
            assertThat(read("Renderer", "State")).isEqualTo("FAILED");
            assertThat((String) read("Renderer", "LastError")).contains("cannot render");
            assertThat(health().path("status").asText()).isEqualTo("failed");
        }
        components.rasterizerBroken = false;
        try (Renderer again = start()) {
            assertThat(again).isNotNull();
            assertThat(read("Renderer", "RestartsByReason").toString()).contains("failure");
        }
    }

    @Test
    void firstFrameFailure_failsStart_andReleasesEverything() {
        components.rasterizerBroken = true;
        assertThatThrownBy(this::start)
                .isInstanceOfSatisfying(
                        StartException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCodes.SOFTWARE))
                .hasMessageContaining("cannot render");
        assertThat(components.calls).containsExactly("rasterizer closed", "viewers closed");
    }

    @Test
    void missingModel_usedPort_badPasswordFile_areConfigurationErrors() throws Exception {
        yaml = ", model: missing.zip";
        assertThatThrownBy(this::start)
                .isInstanceOfSatisfying(
                        StartException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCodes.CONFIG))
                .hasMessageContaining("missing.zip");
        yaml = ", control-password-file: " + directory.resolve("none");
        assertThatThrownBy(this::start)
                .isInstanceOf(StartException.class)
                .hasMessageContaining("control password file");
        yaml = ", backend: cuda";
        assertThatThrownBy(this::start)
                .isInstanceOf(StartException.class)
                .hasMessageContaining("renderer.backend: CUDA backend unavailable")
                .hasMessageContaining("set it to auto or cpu");
        yaml = "";
        components.viewersFault = new IOException("cannot listen on 127.0.0.1:8080");
        assertThatThrownBy(this::start).isInstanceOf(StartException.class).hasMessageContaining("8080");
        assertThat(mbeans.queryNames(new ObjectName("bev.avatar:*"), null)).isEmpty();
        assertThat(Files.exists(directory.resolve("native"))).isFalse();
    }

    private ObjectNode history() {
        return Objects.requireNonNull(components.page).history();
    }

    private List<String> eventTitles() {
        List<String> titles = new ArrayList<>();
        history().path("events").forEach(event -> titles.add(event.path("title").asText()));
        return titles;
    }

    @Test
    void history_survivesARestart_andHasFrameRates() throws Exception {
        try (Renderer renderer = start()) {
            assertThat(renderer.port()).isPositive();
            call("Avatar", "setEmotion", "happy");
            call("Model", "load", "3.ply");
            components.store.redisConnected = true;
            until("a frame rate", () -> history().path("frameRate").path("fps").size() > 0);
            components.store.redisConnected = false;
            until("the loss of Redis", () -> eventTitles().contains("Redis lost"));
            assertThat(health().path("historySequence").asLong())
                    .isEqualTo(history().path("sequence").asLong());
        }
        try (Renderer again = start()) {
            assertThat(again.port()).isPositive();
            assertThat(eventTitles())
                    .startsWith("Renderer started", "Happy", "Model loaded: 3.ply")
                    .containsSubsequence("Redis lost", "Renderer stopped", "Renderer started");
        }
    }

    @Test
    void notifications_forModelRedisAndBackend_nameTheChange() throws Exception {
        List<Notification> heard = new CopyOnWriteArrayList<>();
        try (Renderer renderer = start()) {
            assertThat(renderer.port()).isPositive();
            mbeans.addNotificationListener(
                    new ObjectName("bev.avatar:type=Renderer"),
                    (notification, handback) -> heard.add(notification),
                    null,
                    null);
            call("Model", "load", "3.ply");
            until(
                    "the first check of Redis",
                    () -> history().path("frameRate").path("fps").size() > 0);
            components.store.redisConnected = false;
            until(
                    "the loss of Redis",
                    () -> heard.stream().anyMatch(n -> n.getType().equals("bev.avatar.redis")));
        }
        assertThat(heard)
                .filteredOn(n -> n.getType().equals("bev.avatar.model"))
                .singleElement()
                .satisfies(n -> assertThat(n.getMessage()).startsWith("Model loaded: 3.ply"));
    }
}
