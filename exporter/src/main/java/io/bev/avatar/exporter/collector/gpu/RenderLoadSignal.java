package io.bev.avatar.exporter.collector.gpu;

/** Tells whether what renders on this machine is late, in which case readings leave the driver alone as far as they may. */
@FunctionalInterface
public interface RenderLoadSignal {

    /** Whether frames miss their deadlines. Called by the NVML thread in every scrape; does not block. */
    boolean framesLate();
}
