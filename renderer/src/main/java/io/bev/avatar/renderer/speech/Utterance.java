package io.bev.avatar.renderer.speech;

import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** An accepted text, from its request to its end. */
final class Utterance {

    final long id;
    final SayRequest request;
    private final long acceptedNanos;
    private final boolean waited;
    private final CountDownLatch stop = new CountDownLatch(1);
    private long firstSound = -1;

    /** @param waited whether others were before it */
    Utterance(long id, SayRequest request, long acceptedNanos, boolean waited) {
        this.id = id;
        this.request = request;
        this.acceptedNanos = acceptedNanos;
        this.waited = waited;
    }

    /** Ends it; callable from any thread. */
    void stop() {
        stop.countDown();
    }

    boolean stopped() {
        return stop.getCount() == 0;
    }

    /** Waits; returns false at once when stopped. */
    boolean pause(long nanos) throws InterruptedException {
        return !stop.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Records the presentation of the first sound. */
    void sounds(long presentedNanos) {
        firstSound = presentedNanos - acceptedNanos;
    }

    /** Time from the request to the first sound; empty without sound, or if it waited for others. */
    OptionalLong firstSoundNanos() {
        return waited || firstSound < 0 ? OptionalLong.empty() : OptionalLong.of(firstSound);
    }
}
