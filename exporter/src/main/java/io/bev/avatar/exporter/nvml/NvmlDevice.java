package io.bev.avatar.exporter.nvml;

/**
 * A GPU in one session; void once that session ends.
 *
 * @param handle {@code nvmlDevice_t}
 */
public record NvmlDevice(long handle) {}
