package io.bev.avatar.renderer.config;

/** Where pictures are made: the best that works, or one of the two by force. */
public enum BackendChoice {
    AUTO,
    CUDA,
    CPU
}
