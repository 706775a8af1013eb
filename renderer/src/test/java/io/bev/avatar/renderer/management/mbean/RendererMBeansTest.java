package io.bev.avatar.renderer.management.mbean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.http.ConnectionLimits;
import io.bev.avatar.common.http.ConnectionTable;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.FakeHub;
import io.bev.avatar.renderer.FakeStateStore;
import io.bev.avatar.renderer.expression.NotedUpdates;
import io.bev.avatar.renderer.frame.FrameStats;
import io.bev.avatar.renderer.lifecycle.Lifecycle;
import io.bev.avatar.renderer.lifecycle.LifecycleState;
import io.bev.avatar.renderer.state.ActiveAlert;
import io.bev.avatar.renderer.state.Activity;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.renderer.timeline.Timeline;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.raster.cuda.CudaDevice;
import io.bev.avatar.splat.raster.cuda.CudaDevices;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import javax.management.AttributeChangeNotification;
import javax.management.JMX;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.Notification;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RendererMBeansTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOON, ZoneOffset.UTC);

    private final MBeanServer server = MBeanServerFactory.newMBeanServer();
    private final FakeStateStore store = new FakeStateStore();
    private List<ActiveAlert> active = List.of();
    private final Timeline timeline = new Timeline(CLOCK);
    private final FakeHub hub = new FakeHub();
    private final FrameStats stats = new FrameStats(Ticker.system());
    private final FakeControl control = new FakeControl(new Lifecycle(CLOCK));
    private final RendererMBeans beans = new RendererMBeans(
            server,
            new RendererMBeans.Parts(
                    control,
                    stats,
                    store,
                    new NotedUpdates(store, new ActiveAlert.Source() {
                        @Override
                        public List<ActiveAlert> active() {
                            return active;
                        }

                        @Override
                        public List<ActiveAlert> warnings() {
                            return List.of();
                        }

                        @Override
                        public boolean isKnown() {
                            return true;
                        }

                        @Override
                        public void close() {
                            // nothing to release
                        }
                    }),
                    timeline,
                    hub,
                    Optional.empty(),
                    Map.of("page", new ConnectionTable("page", ConnectionLimits.of(8, 1 << 20, 1 << 20))),
                    new CudaDevices(
                            List.of(new CudaDevice(
                                    0,
                                    "Test GPU",
                                    "GPU-1",
                                    "0000:01:00.0",
                                    16L << 30,
                                    "8.9",
                                    "12.6",
                                    Optional.of("550.54.14"))),
                            Optional.empty()),
                    0.5,
                    Optional.empty(),
                    Optional.of(URI.create("http://127.0.0.1:9818/metrics")),
                    CLOCK));

    /** Records its calls. */
    private static final class FakeControl implements RendererControl {
        final List<String> asked = new ArrayList<>();
        private final Lifecycle lifecycle;
        private int fps = 30;
        private Resolution resolution = new Resolution(640, 360);

        FakeControl(Lifecycle lifecycle) {
            this.lifecycle = lifecycle;
        }

        @Override
        public Lifecycle lifecycle() {
            return lifecycle;
        }

        @Override
        public List<String> degradedReasons() {
            return List.of("cold");
        }

        @Override
        public Duration uptime() {
            return Duration.ofSeconds(90);
        }

        @Override
        public Instant startTime() {
            return NOON.minusSeconds(90);
        }

        @Override
        public Adaptation adaptation() {
            return new Adaptation(true, "wanted by viewers", OptionalInt.of(720), 2);
        }

        @Override
        public String backend() {
            return "cpu";
        }

        @Override
        public String backendReason() {
            return "a test";
        }

        @Override
        public long backendFallbacks() {
            return 2;
        }

        @Override
        public String version() {
            return "1";
        }

        @Override
        public Optional<String> lastError() {
            return Optional.empty();
        }

        @Override
        public boolean restartRequested() {
            return false;
        }

        @Override
        public Map<String, Long> restartsByReason() {
            return Map.of("crash", 3L);
        }

        @Override
        public void pause() {
            asked.add("pause");
        }

        @Override
        public void resume() {
            asked.add("resume");
        }

        @Override
        public String reload() {
            asked.add("reload");
            return "done";
        }

        @Override
        public void drain() {
            asked.add("drain");
        }

        @Override
        public void restart(String reason) {
            asked.add("restart " + reason);
        }

        @Override
        public void shutdown() {
            asked.add("shutdown");
        }

        @Override
        public int targetFps() {
            return fps;
        }

        @Override
        public void setTargetFps(int framesPerSecond) {
            fps = framesPerSecond;
        }

        @Override
        public Resolution resolution() {
            return resolution;
        }

        @Override
        public void setResolution(Resolution wanted) {
            resolution = wanted;
        }

        @Override
        public Model model() {
            return new Model("built-in", 7, 0, 52, 12, 0, List.of());
        }

        @Override
        public Model replaceModel(Optional<String> path) {
            return loadModel(path);
        }

        @Override
        public List<String> notes() {
            return List.of();
        }

        @Override
        public Model loadModel(Optional<String> path) {
            asked.add("load " + path.orElse("nothing"));
            return new Model(path.orElse("built-in"), 7, 0, 52, 12, 0, List.of());
        }
    }

    @AfterEach
    void unregister() throws Exception {
        beans.close();
        assertThat(server.queryNames(new ObjectName("bev.avatar:*"), null)).isEmpty();
    }

    private <T> T proxy(String properties, Class<T> type) throws Exception {
        return JMX.newMXBeanProxy(server, new ObjectName("bev.avatar:" + properties), type);
    }

    @Test
    void logging_changesLevelsOfThisProcess() throws Exception {
        String logger = "io.bev.avatar.test.of.levels";
        LoggingMXBean logging = proxy("type=Logging", LoggingMXBean.class);
        assertThat(logging.setLevel(logger, "debug")).isEqualTo("DEBUG");
        assertThat(logging.getLevels()).containsEntry(logger, "DEBUG");
        assertThat(LoggerFactory.getLogger(logger + ".Below").isDebugEnabled()).isTrue();
        assertThat(logging.setLevel(logger, "inherit")).isEqualTo("INFO");
        assertThat(logging.getLevels()).doesNotContainKey(logger);
        assertThatThrownBy(() -> logging.setLevel(logger, "loud"))
                .hasMessageContaining("found 'loud', expected one of");
        assertThat(logging.getFile()).isNull();
        assertThat(logging.rollFile()).isFalse();
    }

    @Test
    void everyDocumentedBean_isRegistered() throws Exception {
        assertThat(server.queryNames(new ObjectName("bev.avatar:*"), null))
                .extracting(ObjectName::getCanonicalName)
                .containsExactlyInAnyOrder(
                        "bev.avatar:type=Renderer",
                        "bev.avatar:type=Frames",
                        "bev.avatar:type=Avatar",
                        "bev.avatar:type=Model",
                        "bev.avatar:listener=page,type=Connections",
                        "bev.avatar:type=State",
                        "bev.avatar:type=Logging",
                        "bev.avatar:type=Stream",
                        "bev.avatar:type=Gpus",
                        "bev.avatar:device=0,type=Gpu");
    }

    @Test
    void everyAttributeOperationAndParameter_hasDescriptionAndUnit() throws Exception {
        for (ObjectName name : server.queryNames(new ObjectName("bev.avatar:*"), null)) {
            MBeanInfo info = server.getMBeanInfo(name);
            assertThat(info.getDescription()).as("%s", name).isNotBlank();
            for (MBeanAttributeInfo attribute : info.getAttributes()) {
                assertDescribed(name, attribute);
                assertThat(attribute.isWritable())
                        .as("%s %s", name, attribute.getName())
                        .isFalse();
            }
            for (MBeanOperationInfo operation : info.getOperations()) {
                assertDescribed(name, operation);
                for (MBeanParameterInfo parameter : operation.getSignature()) {
                    assertThat(parameter.getDescription())
                            .as("%s %s", name, operation.getName())
                            .isNotBlank();
                    assertThat(parameter.getName()).doesNotMatch("p\\d+");
                }
            }
        }
    }

    private static void assertDescribed(ObjectName name, MBeanFeatureInfo feature) {
        assertThat(feature.getDescription())
                .as("%s %s", name, feature.getName())
                .isNotBlank();
        assertThat(feature.getDescriptor().getFieldValue("units"))
                .as("unit of %s %s", name, feature.getName())
                .isInstanceOf(String.class);
    }

    @Test
    void operations_matchDocumentation() throws Exception {
        Map<String, String> expected = Map.of(
                "Renderer", "[drain, pause, reload, restart, resume, shutdown]",
                "Frames", "[setResolution, setTargetFps]",
                "Avatar", "[reset, setBlendshape, setEmotion, setIntensity]",
                "Model", "[load, replace]",
                "State", "[restore, save]",
                "Stream", "[disconnectAll]",
                "Gpu,device=0", "[rebuildContext, trimMemory]");
        for (Map.Entry<String, String> bean : expected.entrySet()) {
            MBeanInfo info = server.getMBeanInfo(new ObjectName("bev.avatar:type=" + bean.getKey()));
            TreeSet<String> names = new TreeSet<>();
            Arrays.stream(info.getOperations()).forEach(o -> names.add(o.getName()));
            assertThat(names).as(bean.getKey()).hasToString(bean.getValue());
        }
    }

    @Test
    void stateChange_isANotification() throws Exception {
        List<Notification> heard = new ArrayList<>();
        server.addNotificationListener(
                new ObjectName("bev.avatar:type=Renderer"), (n, handback) -> heard.add(n), null, null);
        control.lifecycle()
                .change("start", EnumSet.of(LifecycleState.CREATED), LifecycleState.INITIALIZING, "first start");
        assertThat(heard).singleElement().isInstanceOfSatisfying(AttributeChangeNotification.class, n -> {
            assertThat(n.getAttributeName()).isEqualTo("State");
            assertThat(n.getOldValue()).isEqualTo("CREATED");
            assertThat(n.getNewValue()).isEqualTo("INITIALIZING");
            assertThat(n.getMessage()).isEqualTo("first start");
            assertThat(n.getTimeStamp()).isEqualTo(NOON.toEpochMilli());
        });
    }

    @Test
    void renderer_exposesAndForwards() throws Exception {
        RendererMXBean renderer = proxy("type=Renderer", RendererMXBean.class);
        assertThat(renderer.getState()).isEqualTo("CREATED");
        assertThat(renderer.getStateSince()).isEqualTo("2026-01-01T12:00:00Z");
        assertThat(renderer.getStartTime()).isEqualTo("2026-01-01T11:58:30Z");
        assertThat(renderer.getUptimeSeconds()).isEqualTo(90);
        assertThat(renderer.getRestartsByReason()).isEqualTo(Map.of("crash", 3L));
        assertThat(renderer.getBackendFallbacks()).isEqualTo(2);
        assertThat(renderer.getLastError()).isNull();
        assertThat(renderer.getDegradedReasons()).containsExactly("cold");
        renderer.pause();
        renderer.resume();
        renderer.drain();
        renderer.restart("x");
        renderer.shutdown();
        assertThat(renderer.reload()).isEqualTo("done");
        assertThat(control.asked).containsExactly("pause", "resume", "drain", "restart x", "shutdown", "reload");
    }

    @Test
    void frames_exposeLoopCounters() throws Exception {
        FramesMXBean frames = proxy("type=Frames", FramesMXBean.class);
        assertThat(frames.getLastFrameAgeSeconds()).isNull();
        StageTimes times = new StageTimes();
        times.encodeNanos = 2_000_000;
        stats.rendered(System.nanoTime(), 5_000_000, times);
        stats.rendered(System.nanoTime(), 5_000_000, times);
        assertThat(frames.getFramesRendered()).isEqualTo(2);
        assertThat(frames.getStageSeconds())
                .containsOnlyKeys("rig", "project", "sort", "blend", "copy", "encode")
                .containsEntry("encode", 0.002);
        assertThat(frames.getStageSecondsTotal()).containsEntry("encode", 0.004);
        HistogramData histogram = frames.getDurationHistogram();
        assertThat(histogram.getBounds()).contains(1.0 / 120, 1.0 / 60, 1.0 / 30);
        assertThat(histogram.getCounts()).hasSize(histogram.getBounds().length + 1);
        assertThat(histogram.getCount()).isEqualTo(2);
        assertThat(histogram.getSum()).isEqualTo(0.01);
        assertThat(frames.getLastFrameAgeSeconds()).isNotNegative();
        assertThat(frames.setTargetFps(25)).isEqualTo(25);
        assertThat(frames.setResolution(320, 180)).isEqualTo("320x180");
        assertThat(frames.getHeight()).isEqualTo(180);
    }

    @Test
    void avatar_changesStateThroughStore() throws Exception {
        AvatarMXBean avatar = proxy("type=Avatar", AvatarMXBean.class);
        assertThat(avatar.setEmotion("happy").getSequence()).isEqualTo(1);
        assertThat(avatar.getEmotion()).isEqualTo("happy");
        assertThat(avatar.setIntensity(0.9).getSequence()).isEqualTo(2);
        assertThat(avatar.getIntensity()).isEqualTo(0.9);
        avatar.setBlendshape("jawOpen", 0.25);
        assertThat(avatar.setBlendshape("mouthSmileLeft", 0.5).getSequence()).isEqualTo(4);
        assertThat(avatar.getBlendshapes()).isEqualTo(Map.of("jawOpen", 0.25, "mouthSmileLeft", 0.5));
        assertThatThrownBy(() -> avatar.setEmotion("bored"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("emotion rejected (unknown_emotion): unknown emotion");
        assertThat(avatar.getRejectedUpdates()).isEqualTo(1);
        assertThat(avatar.getRejectedUpdatesByReason()).isEqualTo(Map.of("unknown_emotion", 1L));
        assertThat(avatar.reset().getNote()).isNull();
        assertThat(avatar.getEmotion()).isEqualTo("neutral");
    }

    @Test
    void avatar_emotionHiddenByAnAlert_isNotedInEveryAnswer() throws Exception {
        AvatarMXBean avatar = proxy("type=Avatar", AvatarMXBean.class);
        active = List.of(new ActiveAlert("1", true, "AvatarX", "a", "", "", "", "", ""));
        assertThat(avatar.setEmotion("happy").getNote())
                .isEqualTo("not visible: the alert emotion is shown instead of happy until AvatarX is resolved");
        assertThat(avatar.setIntensity(0.3).getNote()).contains("AvatarX");
        assertThat(avatar.setBlendshape("jawOpen", 0.25).getNote())
                .as("visible beside the alert emotion")
                .isNull();
        assertThat(avatar.reset().getNote()).contains("instead of neutral");
        active = List.of();
        assertThat(avatar.setEmotion("happy").getNote()).isNull();
    }

    @Test
    void avatar_exposesInvestigation_orNull() throws Exception {
        AvatarMXBean avatar = proxy("type=Avatar", AvatarMXBean.class);
        assertThat(avatar.getActivity()).isNull();
        assertThat(avatar.getInvestigationId()).isNull();
        assertThat(avatar.getInvestigationProgress()).isNull();
        store.age = Duration.ofSeconds(5);
        AvatarState base = AvatarState.initial(NOON.minusSeconds(5));
        store.set(new AvatarState(
                9,
                Emotion.ALERT,
                1,
                Optional.of(Activity.THREAT_ANALYSIS),
                base.head(),
                base.gaze(),
                0,
                Map.of(),
                Optional.of(new AvatarState.Investigation("INV-7", 0.4, 3, 0.2, Optional.of("a key"))),
                base.updatedAt()));
        assertThat(avatar.getActivity()).isEqualTo("threat_analysis");
        assertThat(avatar.getInvestigationId()).isEqualTo("INV-7");
        assertThat(avatar.getInvestigationProgress()).isEqualTo(0.4);
        assertThat(avatar.getInvestigationFindings()).isEqualTo(3);
        assertThat(avatar.getInvestigationThreatLevel()).isEqualTo(0.2);
        assertThat(avatar.getInvestigationLastDiscovery()).isEqualTo("a key");
        assertThat(avatar.getStateSequence()).isEqualTo(9);
        assertThat(avatar.getStateAgeSeconds()).isEqualTo(5);
    }

    @Test
    void modelStateAndStream_exposeAndForward() throws Exception {
        ModelMXBean model = proxy("type=Model", ModelMXBean.class);
        assertThat(model.getBlendshapes()).isEqualTo(52);
        assertThat(model.load(" a.zip ")).isEqualTo("a.zip");
        assertThat(model.load("built-in")).isEqualTo("built-in");
        assertThat(control.asked).containsExactly("load a.zip", "load nothing");

        StateMXBean state = proxy("type=State", StateMXBean.class);
        assertThat(state.getSaves()).isEqualTo(5);
        assertThat(state.getSaveFailures()).isEqualTo(1);
        assertThat(state.getLastSaveTime()).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(state.getLastRestoreTime()).isNull();
        assertThat(state.getJournalPending()).isEqualTo(2);
        assertThat(state.isRedisConnected()).isTrue();
        assertThat(state.save()).isTrue();
        assertThat(state.restore()).isFalse();
        assertThat(store.calls).containsExactly("save", "restore");

        StreamMXBean stream = proxy("type=Stream", StreamMXBean.class);
        assertThat(stream.getViewers()).isEqualTo(3);
        assertThat(stream.getFramesDropped()).isEqualTo(4);
        assertThat(stream.getBytesSent()).isEqualTo(1000);
        assertThat(stream.disconnectAll()).isEqualTo(3);
    }

    @Test
    void gpu_notInUse_isReportedWithoutSentinels() throws Exception {
        GpuMXBean gpu = proxy("type=Gpu,device=0", GpuMXBean.class);
        assertThat(gpu.getName()).isEqualTo("Test GPU");
        assertThat(gpu.getBudgetBytes()).isEqualTo(8L << 30);
        assertThat(gpu.getFreeBytes()).isNull();
        assertThat(gpu.getUsedByRendererBytes()).isZero();
        assertThat(gpu.getContextState()).isEqualTo("none");
        assertThatThrownBy(gpu::trimMemory)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("does not use device 0");
    }

    @Test
    void gpus_onTheCpu_nameDevicesAndWhereReadingsAre() throws Exception {
        GpusMXBean gpus = proxy("type=Gpus", GpusMXBean.class);
        assertThat(gpus.getDevices()).containsExactly("0: Test GPU, GPU-1, 0000:01:00.0");
        assertThat(gpus.getProblem()).isNull();
        assertThat(gpus.getDeviceInUse()).isNull();
        assertThat(gpus.getReadings()).contains("http://127.0.0.1:9818/metrics").contains("nvidia-smi");
        GpusBean none =
                new GpusBean(new CudaDevices(List.of(), Optional.of("no driver")), Optional.empty(), Optional.empty());
        assertThat(none.getProblem()).isEqualTo("no driver");
        assertThat(none.getReadings()).contains("9818");
    }

    @Test
    void units_areInTheDescription_becauseJolokiaListsNoDescriptors() throws Exception {
        MBeanInfo info = server.getMBeanInfo(new ObjectName("bev.avatar:type=Frames"));
        assertThat(info.getAttributes())
                .extracting(MBeanFeatureInfo::getDescription)
                .anyMatch(text -> text.endsWith("[frames per second]"))
                .anyMatch(text -> text.endsWith("[seconds]"));
    }

    @Test
    void missingArgument_isNamed() {
        assertThatThrownBy(() -> server.invoke(
                        new ObjectName("bev.avatar:type=Model"), "load", new Object[] {null}, new String[] {
                            String.class.getName()
                        }))
                .rootCause()
                .hasMessage("load: path: found nothing, expected text");
    }

    @Test
    void secondRegistration_isRejected_andKeepsFirst() throws Exception {
        assertThatThrownBy(() -> new RendererMBeans(
                        server,
                        new RendererMBeans.Parts(
                                control,
                                stats,
                                store,
                                new NotedUpdates(store, ActiveAlert.none()),
                                timeline,
                                hub,
                                Optional.empty(),
                                Map.of(),
                                new CudaDevices(List.of(), Optional.empty()),
                                0.5,
                                Optional.empty(),
                                Optional.empty(),
                                CLOCK)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("type=Renderer");
        assertThat(server.isRegistered(new ObjectName("bev.avatar:type=Renderer")))
                .isTrue();
    }
}
