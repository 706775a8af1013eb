package io.bev.avatar.renderer.management.mbean;

import java.util.Map;

/** {@code bev.avatar:type=Connections,listener=NAME}, with a listener {@code page} and one {@code jolokia}. */
@Description("Connections of a listener")
public interface ConnectionsMXBean {

    @Description("Open connections")
    @Unit(Unit.COUNT)
    int getOpen();

    @Description("Bytes held for clients: request bodies and unsent responses")
    @Unit(Unit.BYTES)
    long getHeldBytes();

    @Description("Connections rejected or closed because of a limit or timeout since start, by reason")
    @Unit(Unit.COUNT)
    Map<String, Long> getClosedByReason();
}
