package io.bev.avatar.exporter.collector.renderer;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.exporter.collector.MetricSink;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Metrics of the renderer's own MBeans; one method per MBean. */
final class RendererMetrics {

    private static final List<String> STATES =
            List.of("CREATED", "INITIALIZING", "RUNNING", "PAUSED", "DEGRADED", "DRAINING", "STOPPED", "FAILED");

    private static final Pattern LISTENER = Pattern.compile("[:,]listener=([^,]+)");
    private static final Pattern DEVICE = Pattern.compile("[:,]device=([^,]+)");

    private RendererMetrics() {}

    static void renderer(JsonNode bean, JsonNode model, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        out.gauge(
                MBeanMetrics.PREFIX + "info",
                "Always 1; labels describe the renderer",
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
                    "1 for the current lifecycle state of the renderer, 0 for the others",
                    one.equals(state) ? 1 : 0,
                    "state",
                    one);
        }
        a.timestamp("StartTime", "start_time_seconds", "Unix time of the renderer's start");
        a.counter("BackendFallbacks", "backend_fallbacks_total", "Fallbacks from a failed backend to the CPU");
        a.flag("RestartRequested", "restart_requested", "1 while a restart of the renderer is pending");
        a.gauge("DeadlockedThreads", "jvm_threads_deadlocked", "Deadlocked threads of the renderer");
        a.counters("RestartsByReason", "restarts_total", "Restarts of the renderer, by reason", "reason");
    }

    static void frames(JsonNode bean, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        a.counter("FramesRendered", "frames_total", "Frames rendered and presented");
        a.counter("DeadlineMisses", "frame_deadline_misses_total", "Frames that ended after the next one was due");
        a.counter("FramesSkipped", "frames_skipped_total", "Frames skipped because earlier ones took too long");
        a.counter("FramesFailed", "frames_failed_total", "Frames that failed with an error");
        a.histogram("DurationHistogram", "frame_duration_seconds", "Frame duration, from pose to encoded image");
        a.gauges("StageSeconds", "stage_duration_seconds", "Duration of a stage of the last frame", "stage");
        a.counters("StageSecondsTotal", "stage_seconds_total", "Total duration of a stage over all frames", "stage");
        a.gauge("Fps", "fps", "Frames per second over the last two seconds");
        a.gauge("TargetFps", "target_fps", "Target frames per second while viewers are connected");
        a.gauge("Width", "frame_width_pixels", "Frame width");
        a.gauge("Height", "frame_height_pixels", "Frame height");
        a.flag(
                "ResolutionAdaptive",
                "resolution_adaptive",
                "1 if the resolution adapts to the viewers and to the frame time");
        a.gauge("WantedHeight", "wanted_height_pixels", "Frame height that the viewers want");
        a.counter("ResolutionChanges", "resolution_changes_total", "Automatic changes of the resolution");
        a.gauge("LastFrameAgeSeconds", "last_frame_age_seconds", "Time since the last frame was presented");
    }

    static void avatar(JsonNode bean, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        a.gauge("StateSequence", "state_sequence", "Sequence number of the avatar's state");
        a.gauge("StateAgeSeconds", "state_age_seconds", "Time since the avatar's state changed");
        a.counters(
                "RejectedUpdatesByReason",
                "state_updates_rejected_total",
                "Rejected state updates, by reason",
                "reason");
        if (!a.text("Emotion").isEmpty()) {
            out.gauge(
                    MBeanMetrics.PREFIX + "mood_info",
                    "Always 1; labels give the avatar's emotion and activity",
                    1,
                    "emotion",
                    a.text("Emotion"),
                    "activity",
                    a.text("Activity"));
        }
        a.gauge("InvestigationProgress", "investigation_progress_ratio", "Progress of the investigation, 0-1");
        a.gauge("InvestigationFindings", "investigation_findings", "Number of findings of the investigation");
        a.gauge(
                "InvestigationThreatLevel",
                "investigation_threat_level_ratio",
                "Threat level of the investigation, 0-1");
    }

    static void model(JsonNode bean, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        a.gauge("Gaussians", "gaussians", "Number of Gaussians in the model");
        a.gauge("LoadMillis", "model_load_seconds", "Time taken to load the model", 1e-3);
    }

    static void state(JsonNode bean, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        a.counter("Saves", "state_saves_total", "Saves of the state to Redis");
        a.counter("SaveFailures", "state_save_failures_total", "Failed saves of the state to Redis");
        a.timestamp("LastSaveTime", "state_last_save_timestamp_seconds", "Unix time of the last save of the state");
        a.gauge("JournalPending", "state_journal_pending", "States in the local journal not yet saved to Redis");
        a.gauge("UnsavedUpdates", "state_unsaved_updates", "Updates of the state since its last save to Redis");
        a.flag(
                "RedisRejecting",
                "redis_rejecting",
                "1 if Redis rejects the renderer's state or a stream with an error");
        a.flag("JournalOn", "state_journal_up", "1 if the local journal records state changes");
        a.flag("RedisConnected", "redis_connected", "1 if the renderer is connected to Redis");
    }

    static void stream(JsonNode bean, MetricSink out) {
        MBeanMetrics a = new MBeanMetrics(bean, out);
        a.gauge("Viewers", "viewers", "Connected viewers");
        a.counter("FramesSent", "stream_frames_sent_total", "Frames sent to viewers");
        a.counter("FramesDropped", "stream_frames_dropped_total", "Frames dropped because a viewer was too slow");
        a.counter("BytesSent", "stream_bytes_total", "Bytes sent to viewers");
        a.gauge("VideoViewers", "video_viewers", "Viewers that have chosen low bandwidth and receive video");
        a.counter("VideoFramesSent", "stream_video_frames_sent_total", "Frames sent to viewers as video");
        a.counter("VideoBytesSent", "stream_video_bytes_total", "Bytes sent to viewers as video");
        a.counter("VideoKeyFrames", "stream_video_key_frames_total", "Key frames of video encoded");
        a.histograms(
                "ViewerFrameAge",
                "viewer_frame_age_seconds",
                "Time from the rendered image to the viewer's acknowledgement, without acknowledgements to the end of"
                        + " writing",
                "transport");
        a.histograms(
                "ViewerFirstFrame",
                "viewer_first_frame_seconds",
                "Time from a viewer's request to the delivery of its first frame",
                "transport");
        a.counters("ViewerJoins", "viewer_joins_total", "Viewers connected since start", "transport");
        a.counters("ViewerReconnects", "viewer_reconnects_total", "Viewers that connected again, by reason", "reason");
        a.counters(
                "ViewerStalls",
                "viewer_stalls_total",
                "Times that a viewer accepted no frame for a second",
                "transport");
    }

    /** @param beans the MBean by object name; none unless the avatar can speak */
    static void speech(JsonNode beans, MetricSink out) {
        beans.properties().forEach(entry -> {
            MBeanMetrics a = new MBeanMetrics(entry.getValue(), out);
            a.flag("Available", "speech_up", "1 if the avatar can speak; absent if speech is off");
            a.gauge("Waiting", "speech_waiting", "Utterances that wait");
            a.counter("Utterances", "speech_utterances_total", "Utterances begun");
            a.counter("Interrupted", "speech_interrupted_total", "Utterances ended before their time, or discarded");
            a.counter("Failures", "speech_failures_total", "Utterances that failed");
            a.counters("RejectedByReason", "speech_rejected_total", "Texts rejected, by reason", "reason");
            a.histogram(
                    "FirstSoundHistogram",
                    "speech_first_sound_seconds",
                    "Time from the request to the first sound, of utterances that did not wait for others");
            a.counter("PacketsSent", "speech_packets_sent_total", "Packets of sound sent to viewers");
            a.counter(
                    "PacketsDropped",
                    "speech_packets_dropped_total",
                    "Packets of sound dropped because a viewer was too slow");
            a.gauge(
                    "OffsetSeconds",
                    "speech_offset_seconds",
                    "Largest distance between sound and image that a viewer has reported in the last 10 s");
            a.counter("Underruns", "speech_underruns_total", "Gaps in the sound reported by viewers");
        });
    }

    /** @param beans MBeans by object name */
    static void connections(JsonNode beans, MetricSink out) {
        beans.properties().forEach(entry -> {
            MBeanMetrics a = new MBeanMetrics(entry.getValue(), out);
            Matcher name = LISTENER.matcher(entry.getKey());
            String listener = name.find() ? name.group(1) : "";
            a.gauge("Open", "http_connections", "Open connections to the renderer", "listener", listener);
            a.gauge(
                    "HeldBytes",
                    "http_held_bytes",
                    "Bytes held for clients: request bodies and unsent responses",
                    "listener",
                    listener);
            a.counters(
                    "ClosedByReason",
                    "http_connections_closed_total",
                    "Connections rejected or closed by the renderer because of a limit or timeout, by reason",
                    "reason",
                    "listener",
                    listener);
        });
    }

    /** @param beans MBeans by object name; none on a host without a GPU */
    static void gpus(JsonNode beans, MetricSink out) {
        beans.properties().forEach(entry -> {
            MBeanMetrics a = new MBeanMetrics(entry.getValue(), out);
            Matcher device = DEVICE.matcher(entry.getKey());
            String[] labels = {"uuid", a.text("Uuid"), "gpu", device.find() ? device.group(1) : ""};
            a.gauge("UsedByRendererBytes", "gpu_memory_used_bytes", "GPU memory used by the renderer", labels);
            a.gauge("BudgetBytes", "gpu_memory_budget_bytes", "GPU memory limit of the renderer", labels);
            a.counter("ContextRebuilds", "context_rebuilds_total", "Recreations of the CUDA context", labels);
        });
    }
}
