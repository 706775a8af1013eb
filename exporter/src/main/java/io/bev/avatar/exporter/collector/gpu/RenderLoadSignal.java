package io.bev.avatar.exporter.collector.gpu;

/** Signals late frames of the renderer on this host, during which GPU polling is reduced. */
@FunctionalInterface
public interface RenderLoadSignal {

    /** Whether frames miss their deadlines. Called by the NVML thread in every scrape; must not block. */
    boolean framesLate();
}
