package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.renderer.stream.FrameHub;

/** Connections and counters of the stream. */
record StreamBean(FrameHub hub) implements StreamMXBean {

    @Override
    public int getViewers() {
        return hub.viewers();
    }

    @Override
    public long getFramesSent() {
        return hub.framesSent();
    }

    @Override
    public long getFramesDropped() {
        return hub.framesDropped();
    }

    @Override
    public long getBytesSent() {
        return hub.bytesSent();
    }

    @Override
    public int disconnectAll() {
        return hub.disconnectAll();
    }
}
