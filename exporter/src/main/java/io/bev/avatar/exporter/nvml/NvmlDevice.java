package io.bev.avatar.exporter.nvml;

/**
 * A GPU in one session; invalid after the end of that session.
 *
 * @param handle {@code nvmlDevice_t}
 */
public record NvmlDevice(long handle) {}
