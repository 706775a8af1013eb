package io.bev.avatar.renderer.management.mbean;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code bev.avatar:type=Avatar}. */
@Description("State of the avatar: emotion, activity, investigation")
public interface AvatarMXBean {

    @Description("Emotion")
    @Unit(Unit.TEXT)
    String getEmotion();

    @Description("Intensity of the emotion")
    @Unit(Unit.RATIO)
    double getIntensity();

    @Description("Current activity; null if there is none")
    @Unit(Unit.TEXT)
    @Nullable
    String getActivity();

    @Description("Id of the current investigation; null if there is none")
    @Unit(Unit.TEXT)
    @Nullable
    String getInvestigationId();

    @Description("Progress of the investigation; null if there is none")
    @Unit(Unit.RATIO)
    @Nullable
    Double getInvestigationProgress();

    @Description("Number of findings of the investigation; null if there is none")
    @Unit(Unit.COUNT)
    @Nullable
    Integer getInvestigationFindings();

    @Description("Threat level of the investigation; null if there is none")
    @Unit(Unit.RATIO)
    @Nullable
    Double getInvestigationThreatLevel();

    @Description("Last discovery of the investigation; null if there is none")
    @Unit(Unit.TEXT)
    @Nullable
    String getInvestigationLastDiscovery();

    @Description("Blendshape weights applied on top of the emotion, by ARKit name")
    @Unit(Unit.RATIO)
    Map<String, Double> getBlendshapes();

    @Description("Sequence number of the state; increases with every change")
    @Unit(Unit.COUNT)
    long getStateSequence();

    @Description("Time since the last state change")
    @Unit(Unit.SECONDS)
    double getStateAgeSeconds();

    @Description("Updates rejected since start")
    @Unit(Unit.COUNT)
    long getRejectedUpdates();

    @Description("Updates rejected since start, by reason")
    @Unit(Unit.COUNT)
    Map<String, Long> getRejectedUpdatesByReason();

    @Description("Sets the emotion. Returns the sequence number of the state and a note")
    @Unit(Unit.STATE_UPDATE)
    StateUpdate setEmotion(
            @Description("neutral, happy, excited, focused, thinking, analyzing, alert, confident, curious, processing,"
                            + " discovered, concerned, satisfied, investigating or breakthrough")
                    String emotion);

    @Description("Sets the intensity of the emotion. Returns the sequence number of the state and a note")
    @Unit(Unit.STATE_UPDATE)
    StateUpdate setIntensity(@Description("0..1") double intensity);

    @Description(
            "Sets the weight of a blendshape on top of the emotion. Returns the sequence number of the state and a note")
    @Unit(Unit.STATE_UPDATE)
    StateUpdate setBlendshape(
            @Description("ARKit name, such as jawOpen") String name, @Description("Weight, 0..1") double weight);

    @Description("Resets to the neutral emotion without activity, investigation or blendshapes."
            + " Returns the sequence number of the state and a note")
    @Unit(Unit.STATE_UPDATE)
    StateUpdate reset();
}
