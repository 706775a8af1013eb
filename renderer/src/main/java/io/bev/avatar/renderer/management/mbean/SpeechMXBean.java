package io.bev.avatar.renderer.management.mbean;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code bev.avatar:type=Speech}; present only if the avatar can speak. */
@Description("Speech of the avatar")
public interface SpeechMXBean {

    @Description("Whether texts can be spoken")
    @Unit(Unit.FLAG)
    boolean isAvailable();

    @Description("Why nothing can be spoken, and the remedy; null if speech is available")
    @Unit(Unit.TEXT)
    @Nullable
    String getProblem();

    @Description("Whether an utterance is in progress")
    @Unit(Unit.FLAG)
    boolean isSpeaking();

    @Description("Utterances that wait")
    @Unit(Unit.COUNT)
    int getWaiting();

    @Description("Utterances begun since start")
    @Unit(Unit.COUNT)
    long getUtterances();

    @Description("Utterances ended before their time, or discarded, since start")
    @Unit(Unit.COUNT)
    long getInterrupted();

    @Description("Utterances that failed since start")
    @Unit(Unit.COUNT)
    long getFailures();

    @Description("Texts rejected since start, by reason")
    @Unit(Unit.COUNT)
    Map<String, Long> getRejectedByReason();

    @Description("Time from the request to the first sound, of utterances that did not wait for others")
    @Unit(Unit.SECONDS)
    HistogramData getFirstSoundHistogram();

    @Description("Packets of sound sent to viewers since start")
    @Unit(Unit.COUNT)
    long getPacketsSent();

    @Description("Packets of sound dropped because a viewer was too slow")
    @Unit(Unit.COUNT)
    long getPacketsDropped();

    @Description(
            "Largest distance in time between sound and image that a viewer has reported in the last 10 s; null if none"
                    + " has")
    @Unit(Unit.SECONDS)
    @Nullable
    Double getOffsetSeconds();

    @Description("Gaps in the sound reported by viewers since start")
    @Unit(Unit.COUNT)
    long getUnderruns();

    @Description("Speaks a text after those that wait, in the configured language. Returns the number of the utterance")
    @Unit(Unit.COUNT)
    long say(@Description("Words to speak; never markup") String text);

    @Description("Ends the current utterance and discards those that wait. Returns how many")
    @Unit(Unit.COUNT)
    int stop();
}
