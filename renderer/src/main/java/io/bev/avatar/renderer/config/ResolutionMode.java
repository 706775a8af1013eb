package io.bev.avatar.renderer.config;

/** AUTO adapts the resolution to the viewers and the frame time; FIXED keeps the configured one. */
public enum ResolutionMode {
    AUTO,
    FIXED
}
