package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.nvml.NvmlApi;
import io.bev.avatar.exporter.nvml.NvmlApi.DeviceMemory;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlDevice;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.HashSet;
import java.util.Set;

/**
 * MIG devices of a GPU: identity, and the memory of each GPU instance, which its compute instances share.
 *
 * <pre>
 * nvidia_gpu_mig_info{uuid="GPU-...",gpu="0",mig_uuid="MIG-...",gpu_instance_id="7",compute_instance_id="0",profile="1g.5gb"} 1
 * nvidia_gpu_mig_memory_used_bytes{uuid="GPU-...",gpu="0",gpu_instance_id="7",profile="1g.5gb"} 1.3631488E7
 * </pre>
 */
final class MigMetrics implements GpuMetric {

    /** Separates the name of the GPU from the profile in the name of a MIG device. */
    private static final String PROFILE = " MIG ";

    @Override
    public String name() {
        return "mig";
    }

    @Override
    public Tier tier() {
        return Tier.SLOW;
    }

    @Override
    public void read(NvmlApi api, NvmlDevice device, GpuMetricSink out) {
        NvmlResult<Long> mode = api.dataCenter().migMode(device);
        if (!out.record(mode)) {
            return;
        }
        out.gauge("mig_mode", "1 while the GPU is partitioned into MIG devices", mode.get());
        NvmlResult<Integer> count = api.dataCenter().maxMigDevices(device);
        if (mode.get() == 0 || !out.record(count)) {
            return;
        }
        Set<String> instances = new HashSet<>();
        for (int index = 0; index < count.get(); index++) {
            NvmlResult<NvmlDevice> mig = api.dataCenter().migDevice(device, index);
            if (mig.code() != NvmlCode.NOT_FOUND && out.record(mig)) {
                migDevice(api, mig.get(), instances, out);
            }
        }
    }

    private static void migDevice(NvmlApi api, NvmlDevice mig, Set<String> instances, GpuMetricSink out) {
        NvmlResult<Long> id = api.dataCenter().gpuInstance(mig);
        NvmlResult<String> uuid = api.uuid(mig);
        if (!out.record(id) || !out.record(uuid)) {
            return;
        }
        String instance = String.valueOf(id.get());
        String profile = out.label(api.name(mig).map(MigMetrics::profile));
        out.gauge(
                "mig_info",
                "Always 1; labels describe a MIG device",
                1,
                "mig_uuid",
                uuid.get(),
                "gpu_instance_id",
                instance,
                "compute_instance_id",
                out.label(api.dataCenter().computeInstance(mig).map(String::valueOf)),
                "profile",
                profile);
        if (instances.add(instance)) {
            memory(api.memory(mig), instance, instanceProfile(profile), out);
        }
    }

    private static void memory(NvmlResult<DeviceMemory> memory, String instance, String profile, GpuMetricSink out) {
        String[] labels = {"gpu_instance_id", instance, "profile", profile};
        out.gauge("mig_memory_total_bytes", "Memory of a GPU instance", memory.number(DeviceMemory::total), 1, labels);
        out.gauge(
                "mig_memory_used_bytes", "Used memory of a GPU instance", memory.number(DeviceMemory::used), 1, labels);
        out.gauge(
                "mig_memory_free_bytes", "Free memory of a GPU instance", memory.number(DeviceMemory::free), 1, labels);
        out.gauge(
                "mig_memory_reserved_bytes",
                "Memory of a GPU instance reserved by driver and firmware",
                memory.number(DeviceMemory::reserved),
                1,
                labels);
    }

    /** {@code 1c.3g.20gb} for {@code NVIDIA A100-SXM4-40GB MIG 1c.3g.20gb}; empty without a profile. */
    private static String profile(String name) {
        int at = name.lastIndexOf(PROFILE);
        return at < 0 ? "" : name.substring(at + PROFILE.length()).strip();
    }

    /** {@code 3g.20gb}, the profile of the GPU instance, for {@code 1c.3g.20gb}, that of a compute instance in it. */
    private static String instanceProfile(String profile) {
        return profile.replaceFirst("^\\d+c\\.", "");
    }
}
