package io.bev.avatar.exporter.gpusetup;

import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlApi.PowerLimit;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.Locale;

/** What can be set on a GPU, in the order in which it is; undone in reverse. Values are NVML's. */
enum Setting {
    /** First, because without it the driver forgets the others once nobody uses the GPU. */
    PERSISTENCE {
        @Override
        NvmlResult<Integer> now(NvmlApi api, NvmlDevice device) {
            return api.persistenceMode(device);
        }

        @Override
        int set(NvmlApi api, NvmlDevice device, int value) {
            return api.control().setPersistenceMode(device, value);
        }

        @Override
        String text(int value) {
            return value == 1 ? "on" : "off";
        }
    },

    POWER_LIMIT {
        @Override
        NvmlResult<Integer> now(NvmlApi api, NvmlDevice device) {
            return api.powerLimit(device, PowerLimit.REQUESTED);
        }

        @Override
        int set(NvmlApi api, NvmlDevice device, int value) {
            return api.control().setPowerLimit(device, value);
        }

        @Override
        String text(int value) {
            return Math.round(value / 1000.0) + " W";
        }
    },

    MEMORY_CLOCK {
        @Override
        NvmlResult<Integer> now(NvmlApi api, NvmlDevice device) {
            return UNLOCKED;
        }

        @Override
        int set(NvmlApi api, NvmlDevice device, int value) {
            return value == 0
                    ? api.control().resetMemoryClock(device)
                    : api.control().lockMemoryClock(device, value);
        }

        @Override
        String text(int value) {
            return megahertz(value);
        }
    },

    GRAPHICS_CLOCK {
        @Override
        NvmlResult<Integer> now(NvmlApi api, NvmlDevice device) {
            return UNLOCKED;
        }

        @Override
        int set(NvmlApi api, NvmlDevice device, int value) {
            return value == 0
                    ? api.control().resetGraphicsClock(device)
                    : api.control().lockGraphicsClock(device, value);
        }

        @Override
        String text(int value) {
            return megahertz(value);
        }
    },

    COMPUTE_MODE {
        @Override
        NvmlResult<Integer> now(NvmlApi api, NvmlDevice device) {
            return api.computeMode(device);
        }

        @Override
        int set(NvmlApi api, NvmlDevice device, int value) {
            return api.control().setComputeMode(device, value);
        }

        @Override
        String text(int value) {
            return switch (value) {
                case 0 -> "shared";
                case 1 -> "exclusive to a thread";
                case 2 -> "prohibited";
                default -> "exclusive to a process";
            };
        }
    };

    /** NVML does not tell a lock of clocks: what was before counts as none, which is what a driver starts with. */
    private static final NvmlResult<Integer> UNLOCKED = NvmlResult.of("", 0);

    /** The value as it is. */
    abstract NvmlResult<Integer> now(NvmlApi api, NvmlDevice device);

    /** Sets it; gives NVML's code. */
    abstract int set(NvmlApi api, NvmlDevice device, int value);

    /** {@code value} for people. */
    abstract String text(int value);

    /** Whether {@link #now} tells what was set. */
    boolean readable() {
        return this != MEMORY_CLOCK && this != GRAPHICS_CLOCK;
    }

    /** Name for people and files, such as {@code power-limit}. */
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String megahertz(int value) {
        return value == 0 ? "not locked" : value + " MHz";
    }
}
