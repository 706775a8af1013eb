package io.bev.avatar.renderer.state;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The avatar's appearance and its reason; immutable.
 *
 * @param seq sequence number, increases with every change; the higher of two is the newer state
 * @param emotion current emotion
 * @param intensity of the emotion, 0..1
 * @param activity current activity
 * @param head rotation of the head
 * @param gaze direction of the eyes
 * @param mouth opening of the mouth, 0..1, in addition to the blendshapes
 * @param blendshapes ARKit weights by name, 0..1, applied on top of the emotion
 * @param investigation current OSINT investigation
 * @param updatedAt time of the last change
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

    /** A copy with another sequence number. */
    public AvatarState withSeq(long newSeq) {
        return new AvatarState(
                newSeq, emotion, intensity, activity, head, gaze, mouth, blendshapes, investigation, updatedAt);
    }

    /** Angles in radians, -pi/2..pi/2; yaw towards the avatar's left, pitch up, roll towards its left shoulder. */
    public record Head(double yaw, double pitch, double roll) {}

    /** -1..1 each; x towards the avatar's left, y up. */
    public record Gaze(double x, double y) {}

    /**
     * @param id assigned by the pipeline
     * @param progress 0..1
     * @param findings number of findings so far
     * @param threatLevel 0..1
     * @param lastDiscovery one line
     */
    public record Investigation(
            String id, double progress, int findings, double threatLevel, Optional<String> lastDiscovery) {}

    /** Neutral, without activity, sequence number 0. */
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
