package io.bev.avatar.bench;

import static io.bev.avatar.bench.HostFault.of;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Faults that a host's renderer reports through Jolokia, and of the page. */
final class HostRendererFaults {

    private static final String RENDERER = "bev.avatar:type=Renderer";
    private static final String AVATAR = "bev.avatar:type=Avatar";
    private static final String STATE = "bev.avatar:type=State";
    private static final String FRAMES = "bev.avatar:type=Frames";
    private static final String CONNECTIONS = "bev.avatar:type=Connections,*";
    private static final String SPEECH = "bev.avatar:type=Speech,*";
    private static final String MEMORY = "java.lang:type=Memory";
    private static final String COLLECTORS = "java.lang:type=GarbageCollector,*";
    private static final String BUDGET = "AvatarEndpointBudgetBurn";

    private HostRendererFaults() {}

    static List<HostFault> all() {
        return List.of(
                reported("renderer-crash-loop", RENDERER, "RestartsByReason/crash", plus(4))
                        .critical("AvatarCrashLoop")
                        .mayRaise("AvatarUnplannedRestart"),
                reported("renderer-watchdog-restart", RENDERER, "RestartsByReason/watchdog", plus(1))
                        .warning("AvatarWatchdogRestart"),
                reported("renderer-backend-fallback", RENDERER, "BackendFallbacks", plus(1))
                        .warning("AvatarBackendFallback"),
                reported("jvm-deadlock", RENDERER, "DeadlockedThreads", v -> LongNode.valueOf(2))
                        .critical("AvatarJvmDeadlock"),
                reported("jvm-heap-high", MEMORY, "HeapMemoryUsage", HostRendererFaults::full)
                        .warning("AvatarJvmHeapHigh"),
                growing("jvm-gc-overhead", COLLECTORS, "CollectionTime", 500)
                        .warning("AvatarJvmGcOverhead", 20, "10 % of the rule window (80 s here)"),
                reported("state-journal-off", STATE, "JournalOn", v -> BooleanNode.FALSE)
                        .warning("AvatarStateJournalOff"),
                reported("state-journal-backlog", STATE, "JournalPending", v -> LongNode.valueOf(5000))
                        .warning("AvatarJournalBacklog"),
                growing("updates-dropped", AVATAR, "RejectedUpdatesByReason/overloaded", 20)
                        .warning("AvatarUpdatesDropped"),
                growing("connections-rejected", CONNECTIONS, "ClosedByReason/limit", 20)
                        .warning("AvatarConnectionsRejected"),
                deadlines(),
                reported("renderer-metrics-vanish", FRAMES, "FramesRendered", v -> MissingNode.getInstance())
                        .warning("AvatarInputMissing"),
                reported(
                                "renderer-value-infinite",
                                STATE,
                                "UnsavedUpdates",
                                v -> DecimalNode.valueOf(new BigDecimal("1e999")))
                        .warning("AvatarInputInvalid")
                        .mayRaise("AvatarInputMissing", "AvatarStateSaveFailing"),
                of(
                                "renderer-mbean-fails",
                                "Jolokia cannot read one MBean of the renderer",
                                host -> host.jolokia().fail(STATE),
                                host -> host.jolokia().clear())
                        .warning("AvatarCollectorFailing")
                        .mayRaise("AvatarInputMissing"),
                reported("speech-engine-missing", SPEECH, "Available", v -> BooleanNode.FALSE)
                        .warning("AvatarSpeechUnavailable"),
                reported("speech-out-of-step", SPEECH, "OffsetSeconds", v -> DoubleNode.valueOf(0.4))
                        .warning("AvatarSpeechOutOfStep"),
                growing("speech-queue-full", SPEECH, "RejectedByReason/queue_full", 1),
                growing("speech-underruns", SPEECH, "Underruns", 2),
                of(
                                "jolokia-rejects",
                                "Jolokia closes each connection; the page responds",
                                host -> host.jolokia().reject(query -> true),
                                host -> host.jolokia().clear())
                        .warning("AvatarJolokiaDown"),
                of(
                                "jolokia-garbled",
                                "Jolokia answers with an HTML page",
                                host -> host.jolokia()
                                        .answer(Map.of(
                                                "/", new FaultProxy.Answer(200, "text/html", "<html>proxy</html>"))),
                                host -> host.jolokia().clear())
                        .warning("AvatarJolokiaDown"),
                of(
                                "endpoint-error",
                                "`/health` returns HTTP 500",
                                host -> host.page()
                                        .answer(Map.of("/health", new FaultProxy.Answer(500, "text/plain", "error\n"))),
                                host -> host.page().clear())
                        .critical("AvatarEndpointDown")
                        .critical(BUDGET)
                        .mayRaise("AvatarEndpointBudgetBurn"),
                of(
                                "renderer-gone-at-one-site",
                                "page and Jolokia of a host reject connections; a host of the same name at another"
                                        + " site is well",
                                host -> {
                                    host.page().reject(query -> true);
                                    host.jolokia().reject(query -> true);
                                },
                                host -> {
                                    host.page().clear();
                                    host.jolokia().clear();
                                })
                        .critical("AvatarServiceDown")
                        .inhibited("AvatarEndpointDown", "critical")
                        .mayRaise(BUDGET, "AvatarJolokiaDown"),
                flapping("renderer-flapping", "page and Jolokia reject connections", host -> {
                    host.page().reject(query -> true);
                    host.jolokia().reject(query -> true);
                }),
                flapping(
                        "jolokia-flapping",
                        "Jolokia rejects connections",
                        host -> host.jolokia().reject(query -> true)),
                flapping(
                        "endpoint-flapping",
                        "`/health` returns HTTP 500",
                        host -> host.page()
                                .answer(Map.of("/health", new FaultProxy.Answer(500, "text/plain", "error\n")))));
    }

    private static HostFault flapping(String name, String how, HostFault.Action absent) {
        return of(name, how + " for 4 s of each 8 s", Repeating.flapping(absent, host -> {
                    host.page().clear();
                    host.jolokia().clear();
                }))
                .warning("AvatarFlapping", HostExporterFaults.FLAPPING_SECONDS, HostExporterFaults.FLAPPING)
                .mayRaise(BUDGET);
    }

    private static HostFault deadlines() {
        return of(
                        "frame-deadlines-missed",
                        "Jolokia reports a CUDA backend and 3 missed deadlines per second",
                        host -> {
                            long start = System.nanoTime();
                            host.jolokia().change(RENDERER, "Backend", v -> TextNode.valueOf("cuda"));
                            host.jolokia()
                                    .change(
                                            FRAMES,
                                            "DeadlineMisses",
                                            v -> LongNode.valueOf(
                                                    v.asLong() + 3 * (System.nanoTime() - start) / 1_000_000_000));
                            return () -> host.jolokia().clear();
                        })
                .critical("AvatarFrameDeadlineBudgetBurn")
                .mayRaise("AvatarFrameDeadlineBudgetBurn");
    }

    private static HostFault reported(String name, String mbean, String attribute, UnaryOperator<JsonNode> change) {
        return of(
                name,
                "Jolokia reports `" + attribute.replace('/', '.') + "`",
                host -> host.jolokia().change(mbean, attribute, change),
                host -> host.jolokia().clear());
    }

    private static HostFault growing(String name, String mbean, String attribute, long perSecond) {
        return of(
                name,
                "Jolokia reports `" + attribute.replace('/', '.') + "`, " + perSecond + " more each second",
                host -> {
                    long start = System.nanoTime();
                    host.jolokia()
                            .change(
                                    mbean,
                                    attribute,
                                    v -> LongNode.valueOf(
                                            v.asLong() + 1 + perSecond * (System.nanoTime() - start) / 1_000_000_000));
                    return () -> host.jolokia().clear();
                });
    }

    private static UnaryOperator<JsonNode> plus(long more) {
        return value -> LongNode.valueOf(value.asLong() + more);
    }

    private static JsonNode full(JsonNode usage) {
        return ((ObjectNode) usage.deepCopy()).put("used", usage.path("max").asLong() * 97 / 100);
    }
}
