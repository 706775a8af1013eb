package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.common.http.ConnectionTable;
import java.util.Map;
import java.util.TreeMap;

/** Connections of a listener. */
record ConnectionsBean(ConnectionTable connections) implements ConnectionsMXBean {

    @Override
    public int getOpen() {
        return connections.open();
    }

    @Override
    public long getHeldBytes() {
        return connections.heldBytes();
    }

    @Override
    public Map<String, Long> getClosedByReason() {
        return new TreeMap<>(connections.closedByReason());
    }
}
