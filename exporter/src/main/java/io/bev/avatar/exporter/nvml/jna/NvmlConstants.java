package io.bev.avatar.exporter.nvml.jna;

/** Numbers and struct layouts of {@code nvml.h}; offsets and sizes in bytes, for the 64-bit ABI. */
final class NvmlConstants {

    static final int TEMPERATURE_GPU = 0;

    static final int THRESHOLD_SHUTDOWN = 0;
    static final int THRESHOLD_SLOWDOWN = 1;
    static final int THRESHOLD_GPU_MAX = 3;

    static final int CLOCK_GRAPHICS = 0;
    static final int CLOCK_SM = 1;
    static final int CLOCK_MEMORY = 2;
    static final int CLOCK_VIDEO = 3;

    static final int PCIE_TRANSMIT = 0;
    static final int PCIE_RECEIVE = 1;

    static final int ECC_CORRECTED = 0;
    static final int ECC_UNCORRECTED = 1;

    /** {@code NVML_VOLATILE_ECC}. */
    static final int ECC_SINCE_DRIVER_LOAD = 0;

    /** {@code NVML_AGGREGATE_ECC}. */
    static final int ECC_LIFETIME = 1;

    /** {@code NVML_FI_DEV_MEMORY_TEMP}. */
    static final int FIELD_MEMORY_TEMPERATURE = 82;

    /** {@code NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_TX} and {@code _RX}. */
    static final int FIELD_NVLINK_TRANSMIT = 138;

    static final int FIELD_NVLINK_RECEIVE = 139;

    /** {@code NVML_FI_DEV_GET_GPU_RECOVERY_ACTION}. */
    static final int FIELD_RECOVERY_ACTION = 230;

    /** Scope of an NVLink field: the sum of all links. */
    static final int ALL_LINKS = ~0;

    static final int DRIVER_VERSION_LENGTH = 80;
    static final int NAME_LENGTH = 96;
    static final int UUID_LENGTH = 96;
    static final int VBIOS_LENGTH = 32;
    static final int SERIAL_LENGTH = 30;

    /** {@code nvmlMemory_v2_t}: u32 version, u64 total, reserved, free, used. */
    static final int MEMORY_V2_SIZE = 40;

    static final int MEMORY_V2_VERSION = MEMORY_V2_SIZE | 2 << 24;
    static final int MEMORY_V2_TOTAL = 8;
    static final int MEMORY_V2_RESERVED = 16;
    static final int MEMORY_V2_FREE = 24;
    static final int MEMORY_V2_USED = 32;

    /** {@code nvmlPciInfo_t}: char[16] legacy bus id, five u32, char[32] bus id. */
    static final int PCI_INFO_SIZE = 68;

    static final int PCI_INFO_SUBSYSTEM = 32;
    static final int PCI_INFO_BUS_ID = 36;

    /** {@code nvmlProcessInfo_v2_t}: u32 pid, u64 memory, u32 GPU instance, u32 compute instance. */
    static final int PROCESS_SIZE = 24;

    static final int PROCESS_MEMORY = 8;

    /** {@code nvmlProcessUtilizationSample_t}: u32 pid, u64 time stamp, u32 sm, memory, encoder, decoder. */
    static final int SAMPLE_SIZE = 32;

    static final int SAMPLE_TIME = 8;
    static final int SAMPLE_SM = 16;
    static final int SAMPLE_MEMORY = 20;
    static final int SAMPLE_ENCODER = 24;
    static final int SAMPLE_DECODER = 28;

    /** {@code nvmlFieldValue_t}: u32 field, scope, i64 time stamp, latency, u32 type of the value, code, 8 bytes of value. */
    static final int FIELD_SIZE = 40;

    static final int FIELD_SCOPE = 4;
    static final int FIELD_TYPE = 24;
    static final int FIELD_CODE = 28;
    static final int FIELD_VALUE = 32;

    /** {@code nvmlValueType_t}; the others are 8 bytes long. */
    static final int FIELD_DOUBLE = 0;

    static final int FIELD_UNSIGNED_INT = 1;
    static final int FIELD_SIGNED_INT = 5;
    static final int FIELD_UNSIGNED_SHORT = 6;

    /** {@code nvmlGpuFabricInfo_t}: char[16] cluster, code, u32 clique, u8 state. */
    static final int FABRIC_STATE = 24;

    /** {@code nvmlGridLicensableFeatures_t}: int supported, u32 count, then 3 features. */
    static final int LICENCES_SIZE = 860;

    static final int LICENCES_COUNT = 4;
    static final int LICENCES = 8;
    static final int LICENCES_MAX = 3;

    /** {@code nvmlGridLicensableFeature_t}: u32 code, u32 state, two char[128], u32 enabled, 16 bytes of expiry. */
    static final int LICENCE_SIZE = 284;

    static final int LICENCE_STATE = 4;

    /** {@code nvmlEventData_t}: device, u64 type, u64 data, u32 GPU instance, u32 compute instance. */
    static final int EVENT_SIZE = 32;

    static final int EVENT_TYPE = 8;
    static final int EVENT_DATA = 16;

    private NvmlConstants() {}
}
