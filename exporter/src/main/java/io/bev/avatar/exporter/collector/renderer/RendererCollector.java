package io.bev.avatar.exporter.collector.renderer;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.collector.renderer.JolokiaBulkRead.Given;
import io.bev.avatar.exporter.collector.renderer.JolokiaBulkRead.Wanted;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * The renderer's MBeans, all of them in one Jolokia request.
 *
 * <pre>
 * avatar_renderer_up 1
 * avatar_renderer_state{state="RUNNING"} 1
 * avatar_renderer_frame_duration_seconds_bucket{le="0.016666666666666666"} 812
 * </pre>
 *
 * <p>A renderer that cannot be reached gives {@code avatar_renderer_up 0} and a failed collection. An MBean that Jolokia
 * refuses fails the collection too, but the others' series are there.
 */
public final class RendererCollector implements Collector {

    private static final int MAX_BYTES = 2 << 20;
    private static final int OK = 200;

    private record Source(Wanted wanted, BiConsumer<JsonNode, MetricSink> readings) {}

    private static final Wanted RENDERER = all("bev.avatar:type=Renderer");
    private static final Wanted MODEL = all("bev.avatar:type=Model");

    /** The MBeans beside the first two, which are read as one. */
    private static final List<Source> SOURCES = List.of(
            new Source(all("bev.avatar:type=Frames"), RendererMetrics::frames),
            new Source(all("bev.avatar:type=Avatar"), RendererMetrics::avatar),
            new Source(all("bev.avatar:type=State"), RendererMetrics::state),
            new Source(all("bev.avatar:type=Stream"), RendererMetrics::stream),
            new Source(all("bev.avatar:type=Gpu,*"), RendererMetrics::gpus),
            new Source(some("java.lang:type=Memory", "HeapMemoryUsage", "NonHeapMemoryUsage"), JvmMetrics::memory),
            new Source(
                    some("java.lang:type=Threading", "ThreadCount", "DaemonThreadCount", "PeakThreadCount"),
                    JvmMetrics::threads),
            new Source(
                    some("java.lang:type=GarbageCollector,*", "Name", "CollectionCount", "CollectionTime"),
                    JvmMetrics::collectors),
            new Source(some("java.nio:type=BufferPool,*", "Name", "MemoryUsed"), JvmMetrics::buffers),
            new Source(some("java.lang:type=Runtime", "Uptime"), JvmMetrics::runtime),
            new Source(
                    some(
                            "java.lang:type=OperatingSystem",
                            "ProcessCpuTime",
                            "OpenFileDescriptorCount",
                            "MaxFileDescriptorCount"),
                    JvmMetrics::operatingSystem));

    /** Where the first of {@link #SOURCES}, the frames, is in the answer. */
    private static final int FRAMES = 2;

    private static final JolokiaBulkRead BULK = new JolokiaBulkRead(wanted());

    private final URI jolokia;
    private final Duration timeout;
    private final BoundedHttpClient http;
    private final FrameDeadlines deadlines;

    /**
     * @param jolokia address of Jolokia, with the trailing slash
     * @param timeout for the one request
     * @param deadlines told of the frames at each reading
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
        List<Given> given;
        try {
            given = BULK.parse(ask());
            if (!given.get(0).ok()) {
                throw new JolokiaException(given.get(0).error());
            }
        } catch (IOException | JolokiaException e) {
            away(out);
            throw new PartialCollectionException(
                    "the renderer cannot be read through " + jolokia + ": " + e.getMessage()
                            + "; see 'systemctl status bev-advanced-avatar'",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            away(out);
            throw new PartialCollectionException("the renderer did not answer at " + jolokia + " in time", e);
        }
        up(out, 1);
        tellDeadlines(given.get(FRAMES).value());
        try {
            emit(given, out);
        } catch (IllegalArgumentException e) {
            throw new PartialCollectionException(
                    "the renderer's MBeans do not fit this exporter: " + e.getMessage()
                            + "; install renderer and exporter of the same version",
                    e);
        }
        String refused =
                given.stream().map(Given::error).filter(e -> !e.isEmpty()).collect(Collectors.joining("; "));
        if (!refused.isEmpty()) {
            throw new PartialCollectionException("Jolokia at " + jolokia + " refused " + refused);
        }
    }

    private void away(MetricSink out) {
        deadlines.away();
        up(out, 0);
    }

    private void tellDeadlines(JsonNode frames) {
        JsonNode rendered = frames.path("FramesRendered");
        JsonNode misses = frames.path("DeadlineMisses");
        if (rendered.isNumber() && misses.isNumber()) {
            deadlines.observe(rendered.asLong(), misses.asLong());
        }
    }

    private static void up(MetricSink out, int value) {
        out.gauge(MBeanMetrics.PREFIX + "up", "1 when the renderer's MBeans can be read", value);
    }

    private static void emit(List<Given> given, MetricSink out) {
        JsonNode model = given.get(1).value();
        RendererMetrics.renderer(given.get(0).value(), model, out);
        RendererMetrics.model(model, out);
        for (int i = 0; i < SOURCES.size(); i++) {
            SOURCES.get(i).readings().accept(given.get(i + 2).value(), out);
        }
    }

    private String ask() throws IOException, InterruptedException, JolokiaException {
        HttpRequest request = HttpRequest.newBuilder(jolokia)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(BULK.request()))
                .build();
        HttpResponse<String> answer;
        try {
            answer = http.exchange(request, timeout, MAX_BYTES);
        } catch (ConnectException | HttpTimeoutException e) {
            throw e;
        } catch (IOException keptConnectionWasClosed) {
            // Reading twice does no harm, and a connection that is kept may be closed just as it is used.
            answer = http.exchange(request, timeout, MAX_BYTES);
        }
        if (answer.statusCode() != OK) {
            throw new JolokiaException("HTTP " + answer.statusCode());
        }
        return answer.body();
    }

    private static List<Wanted> wanted() {
        java.util.ArrayList<Wanted> wanted = new java.util.ArrayList<>(List.of(RENDERER, MODEL));
        SOURCES.forEach(source -> wanted.add(source.wanted()));
        return wanted;
    }

    private static Wanted all(String name) {
        return new Wanted(name, List.of());
    }

    private static Wanted some(String name, String... attributes) {
        return new Wanted(name, List.of(attributes));
    }
}
