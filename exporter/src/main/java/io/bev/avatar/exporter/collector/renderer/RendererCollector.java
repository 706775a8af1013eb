package io.bev.avatar.exporter.collector.renderer;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.CertificateExpiry;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.collector.renderer.JolokiaBulkRead.MBeanRead;
import io.bev.avatar.exporter.collector.renderer.JolokiaBulkRead.MBeanResult;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * All MBeans of the renderer, in one Jolokia request.
 *
 * <pre>
 * avatar_renderer_up 1
 * avatar_renderer_state{state="RUNNING"} 1
 * avatar_renderer_frame_duration_seconds_bucket{le="0.016666666666666666"} 812
 * </pre>
 *
 * <p>An unreachable renderer yields {@code avatar_renderer_up 0} and a failed collection. An MBean that Jolokia cannot
 * read fails the collection too, but the series of the other MBeans are present.
 */
public final class RendererCollector implements Collector {

    private static final int MAX_BYTES = 2 << 20;
    private static final int OK = 200;

    private record Source(MBeanRead read, BiConsumer<JsonNode, MetricSink> writer) {}

    private static final MBeanRead RENDERER = allAttributes("bev.avatar:type=Renderer");
    private static final MBeanRead MODEL = allAttributes("bev.avatar:type=Model");

    /** MBeans after the first two, each with its own writer. */
    private static final List<Source> SOURCES = List.of(
            new Source(allAttributes("bev.avatar:type=Frames"), RendererMetrics::frames),
            new Source(allAttributes("bev.avatar:type=Avatar"), RendererMetrics::avatar),
            new Source(allAttributes("bev.avatar:type=State"), RendererMetrics::state),
            new Source(allAttributes("bev.avatar:type=Stream"), RendererMetrics::stream),
            new Source(allAttributes("bev.avatar:type=Connections,*"), RendererMetrics::connections),
            new Source(allAttributes("bev.avatar:type=Gpu,*"), RendererMetrics::gpus),
            new Source(
                    attributes("java.lang:type=Memory", "HeapMemoryUsage", "NonHeapMemoryUsage"), JvmMetrics::memory),
            new Source(
                    attributes("java.lang:type=Threading", "ThreadCount", "DaemonThreadCount", "PeakThreadCount"),
                    JvmMetrics::threads),
            new Source(
                    attributes("java.lang:type=GarbageCollector,*", "Name", "CollectionCount", "CollectionTime"),
                    JvmMetrics::collectors),
            new Source(attributes("java.nio:type=BufferPool,*", "Name", "MemoryUsed"), JvmMetrics::buffers),
            new Source(attributes("java.lang:type=Runtime", "Uptime"), JvmMetrics::runtime),
            new Source(
                    attributes(
                            "java.lang:type=OperatingSystem",
                            "ProcessCpuTime",
                            "OpenFileDescriptorCount",
                            "MaxFileDescriptorCount"),
                    JvmMetrics::operatingSystem),
            // Absent unless the avatar can speak.
            new Source(allAttributes("bev.avatar:type=Speech,*"), RendererMetrics::speech));

    /** Position of the first of {@link #SOURCES}, the frames, in the response. */
    private static final int FRAMES_INDEX = 2;

    private static final JolokiaBulkRead BULK = new JolokiaBulkRead(reads());

    private final URI jolokia;
    private final Duration timeout;
    private final BoundedHttpClient http;
    private final FrameDeadlines deadlines;

    /**
     * @param jolokia URL of Jolokia, with the trailing slash
     * @param timeout timeout of the request
     * @param deadlines receives the frame counters at each collection
     */
    public RendererCollector(URI jolokia, Duration timeout, BoundedHttpClient http, FrameDeadlines deadlines) {
        this.jolokia = jolokia;
        this.timeout = timeout;
        this.http = http;
        this.deadlines = deadlines;
    }

    @Override
    public String name() {
        return "renderer";
    }

    @Override
    public void collect(MetricSink out) throws Exception {
        List<MBeanResult> results;
        try {
            HttpResponse<String> response = fetch();
            CertificateExpiry.report(out, "jolokia", response.sslSession().flatMap(CertificateExpiry::earliest));
            results = BULK.parse(response.body());
            if (!results.get(0).ok()) {
                throw new JolokiaException(results.get(0).error());
            }
        } catch (IOException | JolokiaException e) {
            reportDown(out);
            throw new PartialCollectionException(
                    "renderer unreachable through Jolokia at " + jolokia + ": " + e.getMessage()
                            + "; see 'systemctl status bev-advanced-avatar'",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reportDown(out);
            throw new PartialCollectionException("Jolokia at " + jolokia + " did not respond in time", e);
        }
        up(out, 1);
        recordDeadlines(results.get(FRAMES_INDEX).value());
        try {
            emit(results, out);
        } catch (IllegalArgumentException e) {
            throw new PartialCollectionException(
                    "the renderer's MBeans do not match this exporter: " + e.getMessage()
                            + "; install renderer and exporter of the same version",
                    e);
        }
        String errors = results.stream()
                .map(MBeanResult::error)
                .filter(e -> !e.isEmpty())
                .collect(Collectors.joining("; "));
        if (!errors.isEmpty()) {
            throw new PartialCollectionException("Jolokia at " + jolokia + " cannot read " + errors);
        }
    }

    private void reportDown(MetricSink out) {
        deadlines.reset();
        up(out, 0);
    }

    @Override
    public void reportUnreachable(MetricSink out) {
        up(out, 0);
    }

    private void recordDeadlines(JsonNode frames) {
        JsonNode rendered = frames.path("FramesRendered");
        JsonNode misses = frames.path("DeadlineMisses");
        if (rendered.isNumber() && misses.isNumber()) {
            deadlines.observe(rendered.asLong(), misses.asLong());
        }
    }

    private static void up(MetricSink out, int value) {
        out.gauge(MBeanMetrics.PREFIX + "up", "1 if the renderer's MBeans can be read", value);
    }

    /** Writes the metrics of each MBean; one that does not match costs its own. */
    private static void emit(List<MBeanResult> results, MetricSink out) {
        JsonNode model = results.get(1).value();
        List<String> mismatches = new ArrayList<>();
        emit(mismatches, () -> RendererMetrics.renderer(results.get(0).value(), model, out));
        emit(mismatches, () -> RendererMetrics.model(model, out));
        for (int i = 0; i < SOURCES.size(); i++) {
            Source source = SOURCES.get(i);
            JsonNode value = results.get(i + 2).value();
            emit(mismatches, () -> source.writer().accept(value, out));
        }
        if (!mismatches.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", mismatches));
        }
    }

    private static void emit(List<String> mismatches, Runnable writer) {
        try {
            writer.run();
        } catch (IllegalArgumentException e) {
            mismatches.add(String.valueOf(e.getMessage()));
        }
    }

    private HttpResponse<String> fetch() throws IOException, InterruptedException, JolokiaException {
        HttpRequest request = HttpRequest.newBuilder(jolokia)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(BULK.request()))
                .build();
        HttpResponse<String> response;
        try {
            response = http.exchange(request, timeout, MAX_BYTES);
        } catch (ConnectException | HttpTimeoutException e) {
            throw e;
        } catch (IOException keptConnectionWasClosed) {
            // The server may have closed the kept connection. A read is idempotent: retry once.
            response = http.exchange(request, timeout, MAX_BYTES);
        }
        if (response.statusCode() != OK) {
            throw new JolokiaException("HTTP " + response.statusCode());
        }
        return response;
    }

    private static List<MBeanRead> reads() {
        List<MBeanRead> reads = new ArrayList<>(List.of(RENDERER, MODEL));
        SOURCES.forEach(source -> reads.add(source.read()));
        return reads;
    }

    private static MBeanRead allAttributes(String name) {
        return new MBeanRead(name, List.of());
    }

    private static MBeanRead attributes(String name, String... attributes) {
        return new MBeanRead(name, List.of(attributes));
    }
}
