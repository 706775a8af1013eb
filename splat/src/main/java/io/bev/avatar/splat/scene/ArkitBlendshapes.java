package io.bev.avatar.splat.scene;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The 52 ARKit face blendshapes, in alphabetical order; files order them differently, so map by name. */
public final class ArkitBlendshapes {

    public static final List<String> NAMES = List.of(
            "browDownLeft",
            "browDownRight",
            "browInnerUp",
            "browOuterUpLeft",
            "browOuterUpRight",
            "cheekPuff",
            "cheekSquintLeft",
            "cheekSquintRight",
            "eyeBlinkLeft",
            "eyeBlinkRight",
            "eyeLookDownLeft",
            "eyeLookDownRight",
            "eyeLookInLeft",
            "eyeLookInRight",
            "eyeLookOutLeft",
            "eyeLookOutRight",
            "eyeLookUpLeft",
            "eyeLookUpRight",
            "eyeSquintLeft",
            "eyeSquintRight",
            "eyeWideLeft",
            "eyeWideRight",
            "jawForward",
            "jawLeft",
            "jawOpen",
            "jawRight",
            "mouthClose",
            "mouthDimpleLeft",
            "mouthDimpleRight",
            "mouthFrownLeft",
            "mouthFrownRight",
            "mouthFunnel",
            "mouthLeft",
            "mouthLowerDownLeft",
            "mouthLowerDownRight",
            "mouthPressLeft",
            "mouthPressRight",
            "mouthPucker",
            "mouthRight",
            "mouthRollLower",
            "mouthRollUpper",
            "mouthShrugLower",
            "mouthShrugUpper",
            "mouthSmileLeft",
            "mouthSmileRight",
            "mouthStretchLeft",
            "mouthStretchRight",
            "mouthUpperUpLeft",
            "mouthUpperUpRight",
            "noseSneerLeft",
            "noseSneerRight",
            "tongueOut");

    public static final int COUNT = NAMES.size();

    private static final Map<String, Integer> INDEX =
            IntStream.range(0, COUNT).boxed().collect(Collectors.toUnmodifiableMap(NAMES::get, i -> i));

    private ArkitBlendshapes() {}

    /** Index of {@code name} in {@link #NAMES}. */
    public static OptionalInt indexOf(String name) {
        Integer index = INDEX.get(name);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }
}
