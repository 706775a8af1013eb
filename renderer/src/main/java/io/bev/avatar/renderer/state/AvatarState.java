package io.bev.avatar.renderer.state;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What the avatar is to look like and why; immutable.
 *
 * @param seq grows with every change; of two states the one with the higher number is the newer
 * @param emotion mood
 * @param intensity how strongly the mood shows, 0..1
 * @param activity what it is busy with
 * @param head turn of the head
 * @param gaze where the eyes look
 * @param mouth opening of the mouth, 0..1, beside whatever the blendshapes say
 * @param blendshapes ARKit weights by name, 0..1, laid over the mood
 * @param investigation the OSINT investigation at hand
 * @param updatedAt when this state was made
 */
public record AvatarState(
        long seq,
        Emotion emotion,
        double intensity,
        Optional<Activity> activity,
        Head head,
        Gaze gaze,
        double mouth,
        Map<String, Double> blendshapes,
        Optional<Investigation> investigation,
        Instant updatedAt) {

    /** Version of the document format. */
    public static final int SCHEMA = 1;

    public AvatarState {
        blendshapes = Map.copyOf(blendshapes);
    }

    /** The same under another number. */
    public AvatarState withSeq(long newSeq) {
        return new AvatarState(
                newSeq, emotion, intensity, activity, head, gaze, mouth, blendshapes, investigation, updatedAt);
    }

    /** Angles in radians, -pi/2..pi/2; yaw towards the avatar's left, pitch up, roll towards its left shoulder. */
    public record Head(double yaw, double pitch, double roll) {}

    /** -1..1 each; x towards the avatar's left, y up. */
    public record Gaze(double x, double y) {}

    /**
     * @param id the pipeline's name for it
     * @param progress 0..1
     * @param findings how many so far
     * @param threatLevel 0..1
     * @param lastDiscovery one line
     */
    public record Investigation(
            String id, double progress, int findings, double threatLevel, Optional<String> lastDiscovery) {}

    /** Neutral, at rest, sequence 0. */
    public static AvatarState initial(Instant now) {
        return new AvatarState(
                0,
                Emotion.NEUTRAL,
                0.5,
                Optional.empty(),
                new Head(0, 0, 0),
                new Gaze(0, 0),
                0,
                Map.of(),
                Optional.empty(),
                now);
    }
}
