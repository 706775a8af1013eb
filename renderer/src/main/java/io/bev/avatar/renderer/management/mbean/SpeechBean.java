package io.bev.avatar.renderer.management.mbean;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.bev.avatar.renderer.speech.SpeechControl;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Speech; texts are validated like those of any other client. */
record SpeechBean(SpeechControl speech) implements SpeechMXBean {

    @Override
    public boolean isAvailable() {
        return speech.statistics().unavailable().isEmpty();
    }

    @Override
    public @Nullable String getProblem() {
        return speech.statistics().unavailable().orElse(null);
    }

    @Override
    public boolean isSpeaking() {
        return speech.statistics().speaking();
    }

    @Override
    public int getWaiting() {
        return speech.statistics().waiting();
    }

    @Override
    public long getUtterances() {
        return speech.statistics().utterances();
    }

    @Override
    public long getInterrupted() {
        return speech.statistics().interrupted();
    }

    @Override
    public long getFailures() {
        return speech.statistics().failures();
    }

    @Override
    public Map<String, Long> getRejectedByReason() {
        return speech.statistics().rejectedByReason();
    }

    @Override
    public HistogramData getFirstSoundHistogram() {
        SpeechControl.Statistics all = speech.statistics();
        return new HistogramData(all.firstSoundBounds(), all.firstSoundCounts(), all.firstSoundSum());
    }

    @Override
    public long getPacketsSent() {
        return speech.statistics().sound().packetsSent();
    }

    @Override
    public long getPacketsDropped() {
        return speech.statistics().sound().packetsDropped();
    }

    @Override
    public @Nullable Double getOffsetSeconds() {
        var offset = speech.statistics().sound().offsetSeconds();
        return offset.isPresent() ? offset.getAsDouble() : null;
    }

    @Override
    public long getUnderruns() {
        return speech.statistics().sound().underruns();
    }

    @Override
    public long say(String text) {
        String json = JsonNodeFactory.instance.objectNode().put("text", text).toString();
        SpeechControl.Result result = speech.say(json.getBytes(StandardCharsets.UTF_8));
        if (!result.accepted()) {
            throw new IllegalArgumentException("say rejected (" + result.reason() + "): " + result.detail());
        }
        return result.id();
    }

    @Override
    public int stop() {
        return speech.stop();
    }
}
