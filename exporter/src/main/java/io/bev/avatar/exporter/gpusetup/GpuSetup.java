package io.bev.avatar.exporter.gpusetup;

import io.bev.avatar.exporter.config.GpuSetupConfig;
import io.bev.avatar.exporter.gpusetup.SavedSettings.Change;
import io.bev.avatar.exporter.gpusetup.SetupResult.Outcome;
import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlException;
import io.bev.avatar.exporter.nvml.NvmlLoader;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Applies performance settings to the GPUs of this machine and restores the previous values. The previous value is
 * saved in a file before each change, so that another process can undo it. Rejected settings and settings changed
 * externally in the meantime are left as they are.
 */
public final class GpuSetup {

    private static final Set<Integer> NO_GPU =
            Set.of(NvmlCode.LIBRARY_NOT_FOUND, NvmlCode.DRIVER_NOT_LOADED, NvmlCode.GPU_NOT_FOUND);

    private final NvmlLoader loader;
    private final Path file;
    private final Consumer<SetupResult> report;

    /**
     * @param loader loads NVML, which is unloaded afterwards
     * @param file stores the previous values; its directory exists
     * @param report receives the result of each step
     */
    public GpuSetup(NvmlLoader loader, Path file, Consumer<SetupResult> report) {
        this.loader = loader;
        this.file = file;
        this.report = report;
    }

    /** Applies {@code config}; undoes settings of an earlier call that {@code config} no longer contains. */
    public void apply(GpuSetupConfig config) throws IOException {
        SavedSettings previous = SavedSettings.load(file);
        withGpus(config.devices(), (api, gpus) -> {
            Set<String> unmatched = new LinkedHashSet<>(config.devices());
            for (int i = 0; i < gpus; i++) {
                Optional<Gpu> found = gpu(api, i);
                if (found.isPresent()) {
                    Gpu gpu = found.get();
                    boolean byIndex = unmatched.remove(Integer.toString(i));
                    boolean wanted = unmatched.remove(gpu.uuid)
                            || byIndex
                            || config.devices().isEmpty();
                    apply(gpu, wanted ? TargetValue.of(config, api, gpu.device) : Map.of(), previous);
                }
            }
            unmatched.forEach(name -> report(
                    Outcome.WARNING,
                    name,
                    "",
                    "no such GPU; gpu-setup.devices expects an index or UUID from 'nvidia-smi -L'"));
        });
    }

    /** Undoes what {@link #apply} did. */
    public void undo() throws IOException {
        SavedSettings previous = SavedSettings.load(file);
        if (previous.isEmpty()) {
            report(Outcome.UNCHANGED, "", "", "no saved changes, nothing to undo");
            return;
        }
        withGpus(List.of(), (api, gpus) -> {
            for (int i = 0; i < gpus; i++) {
                Optional<Gpu> gpu = gpu(api, i);
                if (gpu.isPresent()) {
                    apply(gpu.get(), Map.of(), previous);
                }
            }
        });
        if (!previous.isEmpty()) {
            report(
                    Outcome.WARNING,
                    "",
                    "",
                    "not restored on a GPU that does not respond; reboot the machine to restore its defaults");
        }
    }

    /** Action on an initialised library with {@code gpus} devices. */
    @FunctionalInterface
    private interface Work {
        void on(NvmlApi api, int gpus) throws IOException;
    }

    private record Gpu(NvmlApi api, NvmlDevice device, String name, String uuid) {}

    /**
     * Does {@code work} if there are GPUs.
     *
     * @param required configured devices, without which the absence of GPUs is normal
     */
    private void withGpus(Collection<String> required, Work work) throws IOException {
        try {
            NvmlApi api = loader.load();
            try {
                int code = api.init();
                if (code != NvmlCode.SUCCESS) {
                    throw new NvmlException("nvmlInit_v2", code);
                }
                try {
                    int gpus = api.deviceCount().orThrow();
                    if (gpus == 0) {
                        throw new NvmlException("nvmlDeviceGetCount_v2", NvmlCode.GPU_NOT_FOUND);
                    }
                    work.on(api, gpus);
                } finally {
                    api.shutdown();
                }
            } finally {
                api.close();
            }
        } catch (NvmlException e) {
            if (!NO_GPU.contains(e.code())) {
                report(Outcome.WARNING, "", "", "GPU settings unchanged: " + e.getMessage());
            } else if (required.isEmpty()) {
                report(Outcome.UNCHANGED, "", "", "no NVIDIA GPU found, nothing to set up");
            } else {
                report(
                        Outcome.WARNING,
                        "",
                        "",
                        "gpu-setup.devices names " + String.join(", ", required) + ", but no NVIDIA GPU was found: "
                                + e.getMessage() + "; or remove the devices from the configuration");
            }
        }
    }

    private Optional<Gpu> gpu(NvmlApi api, int index) {
        NvmlResult<NvmlDevice> device = api.device(index);
        NvmlResult<String> uuid =
                device.value().isPresent() ? api.uuid(device.get()) : NvmlResult.failed(device.call(), device.code());
        if (uuid.value().isEmpty()) {
            report(Outcome.WARNING, "GPU " + index, "", "does not respond: " + NvmlCode.describe(uuid.code()));
            return Optional.empty();
        }
        return Optional.of(new Gpu(api, device.get(), "GPU " + index, uuid.get()));
    }

    private void apply(Gpu gpu, Map<GpuSetting, TargetValue> targets, SavedSettings previous) throws IOException {
        GpuSetting[] settings = GpuSetting.values();
        for (int i = settings.length - 1; i >= 0; i--) {
            Optional<Change> done = previous.of(gpu.uuid, settings[i]);
            if (done.isPresent() && !targets.containsKey(settings[i])) {
                restore(gpu, settings[i], done.get(), previous);
            }
        }
        for (Map.Entry<GpuSetting, TargetValue> entry : targets.entrySet()) {
            set(gpu, entry.getKey(), entry.getValue(), previous);
        }
    }

    private void set(Gpu gpu, GpuSetting setting, TargetValue target, SavedSettings previous) throws IOException {
        NvmlResult<Integer> now = setting.current(gpu.api, gpu.device);
        if (now.value().isEmpty()) {
            report(Outcome.WARNING, gpu.name, setting.key(), "not changed: " + reason(now.code()));
            return;
        }
        Optional<Change> done = previous.of(gpu.uuid, setting);
        String text = setting.text(target.value()) + (target.remark().isEmpty() ? "" : ", " + target.remark());
        if (now.get() == target.value()) {
            report(Outcome.UNCHANGED, gpu.name, setting.key(), text + ", unchanged");
            return;
        }
        int was = done.map(Change::was).orElse(now.get());
        previous.put(gpu.uuid, setting, new Change(was, target.value()));
        int code = setting.set(gpu.api, gpu.device, target.value());
        if (code == NvmlCode.SUCCESS) {
            report(Outcome.DONE, gpu.name, setting.key(), text + "; was " + setting.text(was));
            return;
        }
        if (done.isPresent()) {
            previous.put(gpu.uuid, setting, done.get());
        } else {
            previous.remove(gpu.uuid, setting);
        }
        report(Outcome.WARNING, gpu.name, setting.key(), setting.text(target.value()) + " rejected: " + reason(code));
    }

    private void restore(Gpu gpu, GpuSetting setting, Change change, SavedSettings previous) throws IOException {
        NvmlResult<Integer> now = setting.current(gpu.api, gpu.device);
        if (setting.readable() && now.value().isPresent() && now.get() != change.set()) {
            report(
                    Outcome.UNCHANGED,
                    gpu.name,
                    setting.key(),
                    setting.text(now.get()) + ", changed externally and kept");
            previous.remove(gpu.uuid, setting);
            return;
        }
        int code = setting.set(gpu.api, gpu.device, change.was());
        if (code == NvmlCode.SUCCESS) {
            previous.remove(gpu.uuid, setting);
            report(Outcome.DONE, gpu.name, setting.key(), setting.text(change.was()) + " restored");
        } else {
            report(
                    Outcome.WARNING,
                    gpu.name,
                    setting.key(),
                    setting.text(change.was()) + " not restored: " + reason(code));
        }
    }

    private static String reason(int code) {
        return switch (code) {
            case NvmlCode.NO_PERMISSION -> "NO_PERMISSION (4), the driver allows only root to change it";
            case NvmlCode.NOT_SUPPORTED -> "NOT_SUPPORTED (3), this GPU does not support the setting";
            case NvmlCode.FUNCTION_NOT_FOUND -> "FUNCTION_NOT_FOUND (13), this driver does not support the setting";
            default -> NvmlCode.describe(code);
        };
    }

    private void report(Outcome outcome, String gpu, String setting, String text) {
        report.accept(new SetupResult(outcome, gpu, setting, text));
    }
}
