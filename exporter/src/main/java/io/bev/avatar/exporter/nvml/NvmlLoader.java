package io.bev.avatar.exporter.nvml;

/** Loads the NVML library; the session initialises it. */
@FunctionalInterface
public interface NvmlLoader {

    /**
     * The loaded library, not yet initialised.
     *
     * @throws NvmlException when it cannot be loaded
     */
    NvmlApi load() throws NvmlException;
}
