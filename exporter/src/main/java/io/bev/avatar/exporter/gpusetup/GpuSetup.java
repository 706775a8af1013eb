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
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Sets the GPUs of this machine up, and undoes it. What a GPU was set to before is noted in a file before it is changed, so
 * that another process can undo it. A GPU that refuses a setting keeps what it had, and so does one whose setting somebody
 * else has changed in the meantime.
 */
public final class GpuSetup {

    private static final Set<Integer> NO_GPU =
            Set.of(NvmlCode.LIBRARY_NOT_FOUND, NvmlCode.DRIVER_NOT_LOADED, NvmlCode.GPU_NOT_FOUND);

    private final NvmlLoader loader;
    private final Path file;
    private final Consumer<SetupResult> report;

    /**
     * @param loader loads NVML, which is unloaded again
     * @param file holds what was before; its folder exists
     * @param report told each step
     */
    public GpuSetup(NvmlLoader loader, Path file, Consumer<SetupResult> report) {
        this.loader = loader;
        this.file = file;
        this.report = report;
    }

    /** Brings the GPUs to what {@code config} says; undoes what an earlier call did and {@code config} no longer says. */
    public void apply(GpuSetupConfig config) throws IOException {
        SavedSettings previous = SavedSettings.load(file);
        withGpus((api, gpus) -> {
            Set<String> unseen = new HashSet<>(config.devices());
            for (int i = 0; i < gpus; i++) {
                Optional<Gpu> found = gpu(api, i);
                if (found.isPresent()) {
                    Gpu gpu = found.get();
                    boolean byIndex = unseen.remove(Integer.toString(i));
                    boolean wanted = unseen.remove(gpu.uuid)
                            || byIndex
                            || config.devices().isEmpty();
                    apply(gpu, wanted ? TargetValue.of(config, api, gpu.device) : Map.of(), previous);
                }
            }
            unseen.forEach(name -> tell(
                    Outcome.WARNING,
                    name,
                    "",
                    "there is no such GPU; gpu-setup.devices wants an index or UUID of 'nvidia-smi -L'"));
        });
    }

    /** Undoes what {@link #apply} did. */
    public void undo() throws IOException {
        SavedSettings previous = SavedSettings.load(file);
        if (previous.isEmpty()) {
            tell(Outcome.UNCHANGED, "", "", "nothing was changed, so nothing is undone");
            return;
        }
        withGpus((api, gpus) -> {
            for (int i = 0; i < gpus; i++) {
                Optional<Gpu> gpu = gpu(api, i);
                if (gpu.isPresent()) {
                    apply(gpu.get(), Map.of(), previous);
                }
            }
        });
        if (!previous.isEmpty()) {
            tell(Outcome.WARNING, "", "", "not undone on a GPU that does not answer; a restart of the machine does");
        }
    }

    /** What is done with an initialised library that shows so many GPUs. */
    @FunctionalInterface
    private interface Work {
        void on(NvmlApi api, int gpus) throws IOException;
    }

    private record Gpu(NvmlApi api, NvmlDevice device, String name, String uuid) {}

    private void withGpus(Work work) throws IOException {
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
                        tell(Outcome.UNCHANGED, "", "", "no NVIDIA GPU here: nothing to set up");
                    }
                    work.on(api, gpus);
                } finally {
                    api.shutdown();
                }
            } finally {
                api.close();
            }
        } catch (NvmlException e) {
            if (NO_GPU.contains(e.code())) {
                tell(Outcome.UNCHANGED, "", "", "no NVIDIA GPU here: nothing to set up");
            } else {
                tell(Outcome.WARNING, "", "", "the GPUs stay as they are: " + e.getMessage());
            }
        }
    }

    private Optional<Gpu> gpu(NvmlApi api, int index) {
        NvmlResult<NvmlDevice> device = api.device(index);
        Optional<String> uuid = device.value().flatMap(d -> api.uuid(d).value());
        if (device.value().isEmpty() || uuid.isEmpty()) {
            tell(Outcome.WARNING, "GPU " + index, "", "does not answer: " + NvmlCode.describe(device.code()));
            return Optional.empty();
        }
        return Optional.of(new Gpu(api, device.get(), "GPU " + index, uuid.get()));
    }

    private void apply(Gpu gpu, Map<GpuSetting, TargetValue> targets, SavedSettings previous) throws IOException {
        GpuSetting[] settings = GpuSetting.values();
        for (int i = settings.length - 1; i >= 0; i--) {
            Optional<Change> done = previous.of(gpu.uuid, settings[i]);
            if (done.isPresent() && !targets.containsKey(settings[i])) {
                takeBack(gpu, settings[i], done.get(), previous);
            }
        }
        for (Map.Entry<GpuSetting, TargetValue> entry : targets.entrySet()) {
            set(gpu, entry.getKey(), entry.getValue(), previous);
        }
    }

    private void set(Gpu gpu, GpuSetting setting, TargetValue target, SavedSettings previous) throws IOException {
        NvmlResult<Integer> now = setting.now(gpu.api, gpu.device);
        if (now.value().isEmpty()) {
            tell(Outcome.WARNING, gpu.name, setting.key(), "left alone: " + why(now.code()));
            return;
        }
        Optional<Change> done = previous.of(gpu.uuid, setting);
        String text = setting.text(target.value()) + (target.remark().isEmpty() ? "" : ", " + target.remark());
        if (now.get() == target.value()) {
            tell(Outcome.UNCHANGED, gpu.name, setting.key(), text + ", as before");
            return;
        }
        int was = done.map(Change::was).orElse(now.get());
        previous.put(gpu.uuid, setting, new Change(was, target.value()));
        int code = setting.set(gpu.api, gpu.device, target.value());
        if (code == NvmlCode.SUCCESS) {
            tell(Outcome.DONE, gpu.name, setting.key(), text + "; was " + setting.text(was));
            return;
        }
        if (done.isPresent()) {
            previous.put(gpu.uuid, setting, done.get());
        } else {
            previous.remove(gpu.uuid, setting);
        }
        tell(Outcome.WARNING, gpu.name, setting.key(), setting.text(target.value()) + " refused: " + why(code));
    }

    private void takeBack(Gpu gpu, GpuSetting setting, Change change, SavedSettings previous) throws IOException {
        NvmlResult<Integer> now = setting.now(gpu.api, gpu.device);
        if (setting.readable() && now.value().isPresent() && now.get() != change.set()) {
            tell(
                    Outcome.UNCHANGED,
                    gpu.name,
                    setting.key(),
                    setting.text(now.get()) + ", which somebody else has set: left so");
            previous.remove(gpu.uuid, setting);
            return;
        }
        int code = setting.set(gpu.api, gpu.device, change.was());
        if (code == NvmlCode.SUCCESS) {
            previous.remove(gpu.uuid, setting);
            tell(Outcome.DONE, gpu.name, setting.key(), setting.text(change.was()) + " again");
        } else {
            tell(Outcome.WARNING, gpu.name, setting.key(), setting.text(change.was()) + " again refused: " + why(code));
        }
    }

    private static String why(int code) {
        return switch (code) {
            case NvmlCode.NO_PERMISSION -> "NO_PERMISSION (4), the driver lets root alone change it";
            case NvmlCode.NOT_SUPPORTED -> "NOT_SUPPORTED (3), this GPU has no such setting";
            case NvmlCode.FUNCTION_NOT_FOUND -> "FUNCTION_NOT_FOUND (13), this driver has no such setting";
            default -> NvmlCode.describe(code);
        };
    }

    private void tell(Outcome outcome, String gpu, String setting, String text) {
        report.accept(new SetupResult(outcome, gpu, setting, text));
    }
}
