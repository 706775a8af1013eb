package io.bev.avatar.exporter.nvml;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Return codes of NVML ({@code nvmlReturn_t}), their meaning and remedy. */
public final class NvmlCode {

    public static final int SUCCESS = 0;
    public static final int UNINITIALIZED = 1;
    public static final int INVALID_ARGUMENT = 2;
    public static final int NOT_SUPPORTED = 3;
    public static final int NO_PERMISSION = 4;
    public static final int NOT_FOUND = 6;
    public static final int INSUFFICIENT_SIZE = 7;
    public static final int INSUFFICIENT_POWER = 8;
    public static final int DRIVER_NOT_LOADED = 9;
    public static final int TIMEOUT = 10;
    public static final int IRQ_ISSUE = 11;
    public static final int LIBRARY_NOT_FOUND = 12;
    public static final int FUNCTION_NOT_FOUND = 13;
    public static final int CORRUPTED_INFOROM = 14;
    public static final int GPU_IS_LOST = 15;
    public static final int RESET_REQUIRED = 16;
    public static final int LIB_RM_VERSION_MISMATCH = 18;
    public static final int IN_USE = 19;
    public static final int MEMORY = 20;
    public static final int ARGUMENT_VERSION_MISMATCH = 25;
    public static final int DEPRECATED = 26;
    public static final int GPU_NOT_FOUND = 28;
    public static final int UNKNOWN = 999;

    private static final Set<Integer> SESSION_ENDING =
            Set.of(UNINITIALIZED, DRIVER_NOT_LOADED, GPU_IS_LOST, LIB_RM_VERSION_MISMATCH, GPU_NOT_FOUND);

    private static final Set<Integer> UNSUPPORTED =
            Set.of(NOT_SUPPORTED, FUNCTION_NOT_FOUND, ARGUMENT_VERSION_MISMATCH, DEPRECATED);

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(SUCCESS, "SUCCESS"),
            Map.entry(UNINITIALIZED, "UNINITIALIZED"),
            Map.entry(INVALID_ARGUMENT, "INVALID_ARGUMENT"),
            Map.entry(NOT_SUPPORTED, "NOT_SUPPORTED"),
            Map.entry(NO_PERMISSION, "NO_PERMISSION"),
            Map.entry(5, "ALREADY_INITIALIZED"),
            Map.entry(NOT_FOUND, "NOT_FOUND"),
            Map.entry(INSUFFICIENT_SIZE, "INSUFFICIENT_SIZE"),
            Map.entry(INSUFFICIENT_POWER, "INSUFFICIENT_POWER"),
            Map.entry(DRIVER_NOT_LOADED, "DRIVER_NOT_LOADED"),
            Map.entry(TIMEOUT, "TIMEOUT"),
            Map.entry(IRQ_ISSUE, "IRQ_ISSUE"),
            Map.entry(LIBRARY_NOT_FOUND, "LIBRARY_NOT_FOUND"),
            Map.entry(FUNCTION_NOT_FOUND, "FUNCTION_NOT_FOUND"),
            Map.entry(CORRUPTED_INFOROM, "CORRUPTED_INFOROM"),
            Map.entry(GPU_IS_LOST, "GPU_IS_LOST"),
            Map.entry(RESET_REQUIRED, "RESET_REQUIRED"),
            Map.entry(17, "OPERATING_SYSTEM"),
            Map.entry(LIB_RM_VERSION_MISMATCH, "LIB_RM_VERSION_MISMATCH"),
            Map.entry(IN_USE, "IN_USE"),
            Map.entry(MEMORY, "MEMORY"),
            Map.entry(21, "NO_DATA"),
            Map.entry(22, "VGPU_ECC_NOT_SUPPORTED"),
            Map.entry(23, "INSUFFICIENT_RESOURCES"),
            Map.entry(24, "FREQ_NOT_SUPPORTED"),
            Map.entry(ARGUMENT_VERSION_MISMATCH, "ARGUMENT_VERSION_MISMATCH"),
            Map.entry(DEPRECATED, "DEPRECATED"),
            Map.entry(27, "NOT_READY"),
            Map.entry(GPU_NOT_FOUND, "GPU_NOT_FOUND"),
            Map.entry(29, "INVALID_STATE"),
            Map.entry(UNKNOWN, "UNKNOWN"));

    private NvmlCode() {}

    /** Whether this code invalidates the session, so that a new one is required. */
    public static boolean endsSession(int code) {
        return SESSION_ENDING.contains(code);
    }

    /** Whether the code means that device or driver does not support the call, rather than that the call failed. */
    public static boolean isUnsupported(int code) {
        return UNSUPPORTED.contains(code);
    }

    /** NVML's name without {@code NVML_ERROR_}, such as {@code GPU_IS_LOST}. */
    public static String name(int code) {
        return NAMES.getOrDefault(code, "CODE_" + code);
    }

    /** {@link #problem} and, if known, the remedy. */
    public static String describe(int code) {
        String before = meaning(code).isEmpty() ? ": " : "; ";
        return problem(code) + remedy(code).map(before::concat).orElse("");
    }

    /** Name, number and, if known, meaning. */
    public static String problem(int code) {
        String meaning = meaning(code);
        return name(code) + " (" + code + ")" + (meaning.isEmpty() ? "" : ": " + meaning);
    }

    private static String meaning(int code) {
        return switch (code) {
            case DRIVER_NOT_LOADED -> "the NVIDIA kernel module is not loaded";
            case GPU_IS_LOST -> "the GPU has fallen off the bus";
            case LIB_RM_VERSION_MISMATCH ->
                "driver library and loaded kernel module have different versions, as after an upgrade of the driver";
            case GPU_NOT_FOUND -> "no GPU found";
            case INSUFFICIENT_POWER -> "the external power of the GPU is not connected";
            case CORRUPTED_INFOROM -> "the infoROM of the GPU is corrupted";
            case RESET_REQUIRED -> "the GPU must be reset";
            case IN_USE -> "the GPU is in use by another process";
            case MEMORY -> "the driver is out of memory";
            default -> "";
        };
    }

    /** The remedy; empty when device or driver do not support the call, or the code does not determine one. */
    public static Optional<String> remedy(int code) {
        return switch (code) {
            case DRIVER_NOT_LOADED -> Optional.of("run 'modprobe nvidia' or reboot");
            case NO_PERMISSION ->
                Optional.of("give this user access to /dev/nvidia* (group video, or DeviceAllow=char-nvidia* rw)");
            case GPU_IS_LOST -> Optional.of("see 'dmesg | grep -i xid' and reset or reboot the machine");
            case LIB_RM_VERSION_MISMATCH -> Optional.of("reboot");
            case GPU_NOT_FOUND -> Optional.of("see 'lspci | grep -i nvidia'");
            case INSUFFICIENT_POWER -> Optional.of("check the power cables of the GPU");
            case CORRUPTED_INFOROM -> Optional.of("see 'nvidia-smi -q' and have the GPU replaced");
            case RESET_REQUIRED -> Optional.of("run 'nvidia-smi --gpu-reset' or reboot the machine");
            case IN_USE -> Optional.of("see 'fuser -v /dev/nvidia*' and end the process that holds the GPU");
            case MEMORY -> Optional.of("free memory of the machine, or reboot it");
            case SUCCESS, INVALID_ARGUMENT, NOT_FOUND, INSUFFICIENT_SIZE, LIBRARY_NOT_FOUND -> Optional.empty();
            default ->
                isUnsupported(code)
                        ? Optional.empty()
                        : Optional.of("see 'dmesg | grep -i nvrm'; if it lasts, reset the GPU or reboot the machine");
        };
    }
}
