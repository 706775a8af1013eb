package io.bev.avatar.renderer;

import io.bev.avatar.renderer.stream.FrameHub;
import io.bev.avatar.renderer.stream.ViewDemand;
import io.bev.avatar.renderer.stream.ViewerStats;
import io.bev.avatar.splat.raster.Framebuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A hub that records the last frame only. */
public final class FakeHub implements FrameHub {

    public final AtomicLong published = new AtomicLong();
    public final AtomicLong lastSequence = new AtomicLong();
    public final AtomicInteger disconnects = new AtomicInteger();
    public volatile boolean wanted = true;
    public volatile ViewDemand demand = ViewDemand.NONE;
    public final ViewerStats stats = new ViewerStats();
    public volatile @Nullable Framebuffer last;

    @Override
    public boolean wanted() {
        return wanted;
    }

    @Override
    public long publish(Framebuffer image, long sequence, long renderNanos, long stateSequence) {
        last = image;
        lastSequence.set(sequence);
        published.incrementAndGet();
        return 7;
    }

    @Override
    public byte[] encode(Framebuffer image) {
        return new byte[] {(byte) (image.height / 8)};
    }

    @Override
    public ViewDemand demand(double aspect) {
        return demand;
    }

    @Override
    public ViewerStats stats() {
        return stats;
    }

    @Override
    public int viewers() {
        return 3;
    }

    @Override
    public long framesSent() {
        return published.get();
    }

    @Override
    public long framesDropped() {
        return 4;
    }

    @Override
    public long bytesSent() {
        return 1000;
    }

    @Override
    public long videoFramesSent() {
        return 5;
    }

    @Override
    public long videoBytesSent() {
        return 100;
    }

    @Override
    public long videoKeyFrames() {
        return 2;
    }

    @Override
    public int videoViewers() {
        return 1;
    }

    @Override
    public int disconnectAll() {
        disconnects.incrementAndGet();
        return 3;
    }
}
