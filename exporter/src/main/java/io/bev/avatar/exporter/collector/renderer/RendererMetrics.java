package io.bev.avatar.exporter.collector.renderer;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.exporter.collector.MetricSink;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The renderer's own MBeans as metrics; one method per MBean. */
final class RendererMetrics {

    private static final List<String> STATES =
            List.of("CREATED", "INITIALIZING", "RUNNING", "PAUSED", "DEGRADED", "DRAINING", "STOPPED", "FAILED");

    private static final Pattern DEVICE = Pattern.compile("[:,]device=([^,]+)");

    private RendererMetrics() {}

    static void renderer(JsonNode bean, JsonNode model, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        out.gauge(
                MBeanMetrics.PREFIX + "info",
                "1, with what the renderer is",
                1,
                "version",
                a.text("Version"),
                "backend",
                a.text("Backend"),
                "model",
                new MBeanMetrics(model, out).text("Source"));
        String state = a.text("State");
        for (String one : STATES) {
            out.gauge(
                    MBeanMetrics.PREFIX + "state",
                    "1 for the state of the renderer's life that it is in",
                    one.equals(state) ? 1 : 0,
                    "state",
                    one);
        }
        a.timestamp("StartTime", "start_time_seconds", "When the renderer started, Unix time");
        a.counter("BackendFallbacks", "backend_fallbacks_total", "Times that a failing backend was left for the CPU");
        a.flag("RestartRequested", "restart_requested", "1 while the renderer is about to end to be started again");
        a.gauge("DeadlockedThreads", "jvm_threads_deadlocked", "Threads of the renderer that wait for each other");
        a.counters("RestartsByReason", "restarts_total", "Starts after the first, by reason", "reason");
    }

    static void frames(JsonNode bean, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        a.counter("FramesRendered", "frames_total", "Frames drawn and presented");
        a.counter("DeadlineMisses", "frame_deadline_misses_total", "Frames that ended after the next one was due");
        a.counter("FramesSkipped", "frames_skipped_total", "Frames left out because earlier ones took too long");
        a.counter("FramesFailed", "frames_failed_total", "Frames that ended in an error");
        a.histogram("DurationHistogram", "frame_duration_seconds", "Duration of frames, from pose to encoded picture");
        a.gauges("StageSeconds", "stage_duration_seconds", "Duration of a stage in the last frame", "stage");
        a.counters("StageSecondsTotal", "stage_seconds_total", "Duration of a stage in all frames", "stage");
        a.gauge("Fps", "fps", "Frames per second over the last two seconds");
        a.gauge("TargetFps", "target_fps", "Frames per second wanted while somebody looks");
        a.gauge("Width", "frame_width_pixels", "Width of the picture");
        a.gauge("Height", "frame_height_pixels", "Height of the picture");
        a.gauge("LastFrameAgeSeconds", "last_frame_age_seconds", "Time since the last frame was presented");
    }

    static void avatar(JsonNode bean, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        a.gauge("StateSequence", "state_sequence", "Number of the avatar's state");
        a.gauge("StateAgeSeconds", "state_age_seconds", "Time since the avatar's state changed");
        a.counters("RejectedUpdatesByReason", "state_updates_rejected_total", "State updates refused", "reason");
        if (!a.text("Emotion").isEmpty()) {
            out.gauge(
                    MBeanMetrics.PREFIX + "mood_info",
                    "1, with the avatar's mood and what it is busy with",
                    1,
                    "emotion",
                    a.text("Emotion"),
                    "activity",
                    a.text("Activity"));
        }
        a.gauge("InvestigationProgress", "investigation_progress_ratio", "How far the investigation is");
        a.gauge("InvestigationFindings", "investigation_findings", "Findings of the investigation");
        a.gauge("InvestigationThreatLevel", "investigation_threat_level_ratio", "Threat level of the investigation");
    }

    static void model(JsonNode bean, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        a.gauge("Gaussians", "gaussians", "Gaussians in the model");
        a.gauge("LoadMillis", "model_load_seconds", "Time that reading the model took", 1e-3);
    }

    static void state(JsonNode bean, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        a.counter("Saves", "state_saves_total", "Saves of the state");
        a.counter("SaveFailures", "state_save_failures_total", "Saves that Redis did not take");
        a.timestamp("LastSaveTime", "state_last_save_timestamp_seconds", "When the state was last saved, Unix time");
        a.gauge("JournalPending", "state_journal_pending", "States in the local journal that Redis lacks");
        a.flag("JournalOn", "state_journal_up", "1 while the local journal keeps changes of the state");
        a.flag("RedisConnected", "redis_connected", "1 while the renderer reaches Redis");
    }

    static void stream(JsonNode bean, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        a.gauge("Viewers", "viewers", "Viewers connected");
        a.counter("FramesSent", "stream_frames_sent_total", "Frames sent to viewers");
        a.counter("FramesDropped", "stream_frames_dropped_total", "Frames that a viewer was too slow for");
        a.counter("BytesSent", "stream_bytes_total", "Bytes sent to viewers");
    }

    /** @param beans by object name; none on a machine without a GPU */
    static void gpus(JsonNode beans, MetricSink out) {
        beans.properties().forEach(entry -> {
            MBeanMetrics a = new MBeanMetrics(entry.getValue(), out);
            Matcher device = DEVICE.matcher(entry.getKey());
            String[] labels = {"uuid", a.text("Uuid"), "gpu", device.find() ? device.group(1) : ""};
            a.gauge("UsedByRendererBytes", "gpu_memory_used_bytes", "GPU memory that the renderer has taken", labels);
            a.gauge("BudgetBytes", "gpu_memory_budget_bytes", "GPU memory that the renderer may take", labels);
            a.counter("ContextRebuilds", "context_rebuilds_total", "Times that the CUDA context was made anew", labels);
        });
    }
}
