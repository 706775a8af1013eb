package io.bev.avatar.exporter.nvml;

/** The NVML functions for features of data centre GPUs: NVLink, fabric, MIG and vGPU licences. */
public interface NvmlDataCenter {

    /** Direction of NVLink traffic. */
    enum NvLinkDirection {
        TRANSMIT,
        RECEIVE
    }

    /** Data transferred by all links since the driver was loaded, without protocol overhead, KiB. */
    NvmlResult<Long> nvlinkKibibytes(NvmlDevice device, NvLinkDirection direction);

    /** Registration with the NVLink fabric: 0 not supported, 1 not started, 2 in progress, 3 completed. */
    NvmlResult<Integer> fabricState(NvmlDevice device);

    /**
     * Action that the driver recommends: 0 none, 1 GPU reset, 2 reboot of the machine, 3 drain peer-to-peer traffic, 4
     * drain and reset.
     */
    NvmlResult<Long> recoveryAction(NvmlDevice device);

    /** 1 if a vGPU feature is licensed, otherwise 0; not supported except in a virtual machine with a vGPU. */
    NvmlResult<Integer> vgpuLicensed(NvmlDevice device);

    /** 1 while the GPU is partitioned into MIG devices, otherwise 0. */
    NvmlResult<Long> migMode(NvmlDevice device);

    /** Greatest number of MIG devices of the GPU, at most {@link NvmlApi#MAX_DEVICES}. */
    NvmlResult<Integer> maxMigDevices(NvmlDevice device);

    /**
     * MIG device {@code index} from 0 of a GPU, which {@link NvmlApi#name}, {@link NvmlApi#uuid} and
     * {@link NvmlApi#memory} accept; {@link NvmlCode#NOT_FOUND} for an unused index.
     */
    NvmlResult<NvmlDevice> migDevice(NvmlDevice device, int index);

    /** GPU instance that a MIG device belongs to. */
    NvmlResult<Long> gpuInstance(NvmlDevice migDevice);

    /** Compute instance of a MIG device within its GPU instance. */
    NvmlResult<Long> computeInstance(NvmlDevice migDevice);
}
