package io.bev.avatar.renderer.management.mbean;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code bev.avatar:type=Avatar}. */
@Description("The avatar's state: mood, activity, investigation")
public interface AvatarMXBean {

    @Description("Mood")
    @Unit(Unit.TEXT)
    String getEmotion();

    @Description("How strongly the mood shows")
    @Unit(Unit.RATIO)
    double getIntensity();

    @Description("What the avatar is busy with; null when with nothing")
    @Unit(Unit.TEXT)
    @Nullable
    String getActivity();

    @Description("Name of the investigation at hand; null when there is none")
    @Unit(Unit.TEXT)
    @Nullable
    String getInvestigationId();

    @Description("How far the investigation is; null when there is none")
    @Unit(Unit.RATIO)
    @Nullable
    Double getInvestigationProgress();

    @Description("Findings of the investigation; null when there is none")
    @Unit(Unit.COUNT)
    @Nullable
    Integer getInvestigationFindings();

    @Description("Threat level of the investigation; null when there is none")
    @Unit(Unit.RATIO)
    @Nullable
    Double getInvestigationThreatLevel();

    @Description("Last discovery of the investigation; null when there is none")
    @Unit(Unit.TEXT)
    @Nullable
    String getInvestigationLastDiscovery();

    @Description("Blendshape weights laid over the mood, by ARKit name")
    @Unit(Unit.RATIO)
    Map<String, Double> getBlendshapes();

    @Description("Number of the state; grows with every change")
    @Unit(Unit.COUNT)
    long getStateSequence();

    @Description("Time since the state changed")
    @Unit(Unit.SECONDS)
    double getStateAgeSeconds();

    @Description("Updates refused since start")
    @Unit(Unit.COUNT)
    long getRejectedUpdates();

    @Description("Updates refused since start, by reason")
    @Unit(Unit.COUNT)
    Map<String, Long> getRejectedUpdatesByReason();

    @Description("Changes the mood. Answers the state's new number")
    @Unit(Unit.COUNT)
    long setEmotion(
            @Description("neutral, happy, excited, focused, thinking, analyzing, alert, confident, curious, processing,"
                            + " discovered, concerned, satisfied, investigating or breakthrough")
                    String emotion);

    @Description("Changes how strongly the mood shows. Answers the state's new number")
    @Unit(Unit.COUNT)
    long setIntensity(@Description("0..1") double intensity);

    @Description("Lays a blendshape over the mood. Answers the state's new number")
    @Unit(Unit.COUNT)
    long setBlendshape(
            @Description("ARKit name, such as jawOpen") String name, @Description("Weight, 0..1") double weight);

    @Description("Back to the neutral mood, without activity, investigation or blendshapes."
            + " Answers the state's new number")
    @Unit(Unit.COUNT)
    long reset();
}
