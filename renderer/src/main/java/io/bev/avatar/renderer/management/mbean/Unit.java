package io.bev.avatar.renderer.management.mbean;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Set;
import javax.management.DescriptorKey;

/** Unit of an attribute or of an operation's return value; the MBean descriptor field {@code units}. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Unit {

    String SECONDS = "seconds";
    String MILLISECONDS = "milliseconds";
    String BYTES = "bytes";
    String PIXELS = "pixels";
    String FRAMES = "frames";
    String FPS = "frames per second";
    String COUNT = "count";
    /** 0..1. */
    String RATIO = "ratio 0..1";
    /** ISO 8601 in UTC. */
    String INSTANT = "ISO 8601 instant";

    /** Units of numbers. */
    Set<String> MEASURES = Set.of(SECONDS, MILLISECONDS, BYTES, PIXELS, FRAMES, FPS, COUNT, RATIO, INSTANT, "CUresult");

    String TEXT = "text";
    String FLAG = "true or false";
    /** The fields of {@link StateUpdate}. */
    String STATE_UPDATE = "sequence number and text";
    /** The operation returns nothing. */
    String NONE = "none";

    @DescriptorKey("units")
    String value();
}
