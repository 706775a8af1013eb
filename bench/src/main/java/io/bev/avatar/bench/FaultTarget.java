package io.bev.avatar.bench;

import java.io.IOException;

/** What a fault is injected into: the stack, or one of its further hosts. */
interface FaultTarget {

    /** Restarts what has ended, where that is supervised. Called several times per second. */
    void tick() throws IOException, InterruptedException;

    /** Whether everything runs and is ready. */
    boolean isWhole() throws InterruptedException;

    /** Whether a process listens on the renderer's Jolokia port. */
    boolean rendererListens();
}
