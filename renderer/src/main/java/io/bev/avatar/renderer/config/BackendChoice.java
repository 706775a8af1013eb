package io.bev.avatar.renderer.config;

/** Rendering backend: AUTO selects CUDA if available, otherwise the CPU. */
public enum BackendChoice {
    AUTO,
    CUDA,
    CPU
}
