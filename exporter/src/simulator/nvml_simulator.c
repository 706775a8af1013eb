/*
 * Simulated libnvidia-ml.so.1: NVML's symbols and struct layouts, with values from a scenario file.
 *
 * For tests, and for demonstrations with "avatar up --simulate-gpu". Applications detect the simulator by the symbol
 * nvmlSimulatorVersion, which NVML does not have.
 *
 * The scenario is the file named by NVML_SIMULATOR_SCENARIO, by default the library's path with ".scenario" appended. It is
 * reloaded whenever it changes, and may be absent. scenario.txt in this directory explains its lines. The file SCENARIO.xid
 * records which XIDs were reported, because the library is loaded and unloaded with each session.
 *
 * The file SCENARIO.set records values changed by setters, one line "gpu0.key = value # function" per successful call, oldest
 * first. These override the scenario until the file is removed, as a driver retains settings after a process ends.
 *
 * A symbol can be hidden at build time with a linker version script. Built-in values are those of a GeForce RTX 4080 SUPER
 * under a light load. Built with: cc -shared -fPIC -O1 -pthread -Wl,-soname,libnvidia-ml.so.1
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))
#define MAX_GPUS 8
#define MAX_MIG_DEVICES 7
#define MAX_ENTRIES 128
#define MAX_PROCESSES 64
#define TEXT 128

typedef unsigned int u32;
typedef unsigned long long u64;
typedef int nvmlReturn_t;

enum {
    SUCCESS = 0,
    UNINITIALIZED = 1,
    INVALID_ARGUMENT = 2,
    NOT_SUPPORTED = 3,
    NO_PERMISSION = 4,
    NOT_FOUND = 6,
    INSUFFICIENT_SIZE = 7,
    TIMEOUT = 10,
    MEMORY = 20,
    ARGUMENT_VERSION_MISMATCH = 25,
    UNKNOWN = 999,
};

/* Return codes by name, as used in scenarios. */
static const struct {
    const char *name;
    int code;
} CODES[] = {
    {"UNINITIALIZED", 1},      {"INVALID_ARGUMENT", 2},         {"NOT_SUPPORTED", 3},
    {"NO_PERMISSION", 4},      {"ALREADY_INITIALIZED", 5},      {"NOT_FOUND", 6},
    {"INSUFFICIENT_SIZE", 7},  {"INSUFFICIENT_POWER", 8},       {"DRIVER_NOT_LOADED", 9},
    {"TIMEOUT", 10},           {"IRQ_ISSUE", 11},               {"LIBRARY_NOT_FOUND", 12},
    {"FUNCTION_NOT_FOUND", 13}, {"CORRUPTED_INFOROM", 14},      {"GPU_IS_LOST", 15},
    {"RESET_REQUIRED", 16},    {"OPERATING_SYSTEM", 17},        {"LIB_RM_VERSION_MISMATCH", 18},
    {"IN_USE", 19},            {"MEMORY", 20},                  {"NO_DATA", 21},
    {"VGPU_ECC_NOT_SUPPORTED", 22}, {"INSUFFICIENT_RESOURCES", 23}, {"FREQ_NOT_SUPPORTED", 24},
    {"ARGUMENT_VERSION_MISMATCH", 25}, {"DEPRECATED", 26},      {"NOT_READY", 27},
    {"GPU_NOT_FOUND", 28},     {"INVALID_STATE", 29},           {"UNKNOWN", 999},
};

typedef struct Gpu {
    u32 index;
    int mig; /* index of the MIG device; -1 for the GPU itself */
} Gpu;
typedef Gpu *nvmlDevice_t;

typedef struct EventSet {
    u32 gpus; /* bit per registered GPU */
} EventSet;
typedef EventSet *nvmlEventSet_t;

typedef struct {
    char busIdLegacy[16];
    u32 domain, bus, device, pciDeviceId, pciSubSystemId;
    char busId[32];
} nvmlPciInfo_t;

typedef struct {
    u32 gpu, memory;
} nvmlUtilization_t;

typedef struct {
    u32 version;
    u64 total, reserved, free, used;
} nvmlMemory_v2_t;

typedef struct {
    u64 total, free, used;
} nvmlBAR1Memory_t;

typedef struct {
    u32 pid;
    u64 usedGpuMemory;
    u32 gpuInstanceId, computeInstanceId;
} nvmlProcessInfo_v2_t;

typedef struct {
    u32 pid;
    u64 timeStamp;
    u32 smUtil, memUtil, encUtil, decUtil;
} nvmlProcessUtilizationSample_t;

typedef struct {
    nvmlDevice_t device;
    u64 eventType, eventData;
    u32 gpuInstanceId, computeInstanceId;
} nvmlEventData_t;

typedef struct {
    u32 fieldId, scopeId;
    long long timestamp, latencyUsec;
    u32 valueType;
    nvmlReturn_t nvmlReturn;
    union {
        double dVal;
        u32 uiVal;
        u64 ullVal;
    } value;
} nvmlFieldValue_t;

typedef struct {
    char clusterUuid[16];
    nvmlReturn_t status;
    u32 cliqueId;
    unsigned char state;
} nvmlGpuFabricInfo_t;

typedef struct {
    u32 featureCode, featureState;
    char licenseInfo[128], productName[128];
    u32 featureEnabled;
    struct {
        u32 year;
        unsigned short month, day, hour, min, sec;
        unsigned char status;
    } licenseExpiry;
} nvmlGridLicensableFeature_t;

typedef struct {
    int isGridLicenseSupported;
    u32 licensableFeaturesCount;
    nvmlGridLicensableFeature_t gridLicensableFeatures[3];
} nvmlGridLicensableFeatures_t;

/* Sizes and offsets of nvml.h for 64-bit Linux. They must agree with NvmlConstants of the exporter. */
_Static_assert(sizeof(void *) == 8, "NVML's layouts here are those of 64-bit systems");
_Static_assert(sizeof(nvmlPciInfo_t) == 68 && offsetof(nvmlPciInfo_t, busId) == 36, "nvmlPciInfo_t");
_Static_assert(sizeof(nvmlUtilization_t) == 8, "nvmlUtilization_t");
_Static_assert(sizeof(nvmlMemory_v2_t) == 40 && offsetof(nvmlMemory_v2_t, total) == 8 &&
                   offsetof(nvmlMemory_v2_t, reserved) == 16 && offsetof(nvmlMemory_v2_t, used) == 32,
               "nvmlMemory_v2_t");
_Static_assert(sizeof(nvmlBAR1Memory_t) == 24, "nvmlBAR1Memory_t");
_Static_assert(sizeof(nvmlProcessInfo_v2_t) == 24 && offsetof(nvmlProcessInfo_v2_t, usedGpuMemory) == 8, "v2 process");
_Static_assert(sizeof(nvmlProcessUtilizationSample_t) == 32 && offsetof(nvmlProcessUtilizationSample_t, smUtil) == 16 &&
                   offsetof(nvmlProcessUtilizationSample_t, timeStamp) == 8 &&
                   offsetof(nvmlProcessUtilizationSample_t, decUtil) == 28,
               "nvmlProcessUtilizationSample_t");
_Static_assert(sizeof(nvmlEventData_t) == 32 && offsetof(nvmlEventData_t, eventType) == 8 &&
                   offsetof(nvmlEventData_t, eventData) == 16, "nvmlEventData_t");
_Static_assert(sizeof(nvmlFieldValue_t) == 40 && offsetof(nvmlFieldValue_t, timestamp) == 8 &&
                   offsetof(nvmlFieldValue_t, valueType) == 24 && offsetof(nvmlFieldValue_t, nvmlReturn) == 28 &&
                   offsetof(nvmlFieldValue_t, value) == 32, "nvmlFieldValue_t");
_Static_assert(sizeof(nvmlGpuFabricInfo_t) == 28 && offsetof(nvmlGpuFabricInfo_t, state) == 24, "nvmlGpuFabricInfo_t");
_Static_assert(sizeof(nvmlGridLicensableFeature_t) == 284 && offsetof(nvmlGridLicensableFeature_t, featureState) == 4 &&
                   sizeof(nvmlGridLicensableFeatures_t) == 860 &&
                   offsetof(nvmlGridLicensableFeatures_t, gridLicensableFeatures) == 8, "nvmlGridLicensableFeatures_t");

/* Built-in values. Memory in bytes, power in mW, energy in mJ, clocks in MHz, NVLink in KiB, as in NVML. Negative values
 * of memory health, NVLink, licence and recovery action: not supported. */
#define MIB 1048576.0
static const struct {
    const char *key;
    double value;
} DEFAULTS[] = {
    {"gpus", 1},
    {"cuda_version", 13020},
    {"utilization", 7},
    {"memory_utilization", 2},
    {"encoder_utilization", 72},
    {"decoder_utilization", 0},
    {"jpeg_utilization", 0},
    {"ofa_utilization", 0},
    {"memory_total", 16376 * MIB},
    {"memory_reserved", 434 * MIB},
    {"memory_used", 1474 * MIB},
    {"bar1_total", 16384 * MIB},
    {"bar1_used", 35 * MIB},
    {"temperature", 46},
    {"threshold_shutdown", 101},
    {"threshold_slowdown", 96},
    {"threshold_gpu_max", 90},
    {"power", 84240},
    {"power_limit", 320000},
    {"power_limit_enforced", 320000},
    {"power_limit_default", 320000},
    {"power_limit_min", 150000},
    {"power_limit_max", 400000},
    {"energy", 123456789},
    {"clock_graphics", 2805},
    {"clock_sm", 2805},
    {"clock_memory", 11251},
    {"clock_video", 2145},
    {"clock_max_graphics", 3165},
    {"clock_max_sm", 3165},
    {"clock_max_memory", 11501},
    {"clock_max_video", 2415},
    {"event_reasons", 0},
    {"fans", 2},
    {"fan_speed", 0},
    {"pstate", 2},
    {"compute_mode", 0},
    {"locked_clock_graphics", 0},
    {"locked_clock_memory", 0},
    {"persistence_mode", 0},
    {"display_active", 1},
    {"pcie_generation", 4},
    {"pcie_max_generation", 4},
    {"pcie_width", 16},
    {"pcie_max_width", 16},
    {"pcie_replays", 0},
    {"pcie_transmit", 174169},
    {"pcie_receive", 1436230},
    {"encoder_sessions", 2},
    {"encoder_fps", 184},
    {"encoder_latency", 62844},
    {"memory_temperature", -1},
    {"ecc_corrected", -1},
    {"ecc_uncorrected", -1},
    {"remapped_rows_corrected", -1},
    {"remapped_rows_uncorrected", -1},
    {"remapped_rows_pending", 0},
    {"remapped_rows_failed", 0},
    {"compute_major", 8},
    {"compute_minor", 9},
    {"nvlink_transmit", -1},
    {"nvlink_receive", -1},
    {"fabric_state", 0},
    {"recovery_action", 0},
    {"vgpu_licensed", -1},
    {"mig_devices", -1},
    {"mig_memory_total", 4864 * MIB},
    {"mig_memory_reserved", 0},
    {"mig_memory_used", 13 * MIB},
};

typedef struct {
    u32 pid;
    char type;
    u64 bytes;
} Process;

static const Process DEFAULT_PROCESSES[] = {
    {2165, 'C', 25 * 1048576ull},  {2165, 'G', 25 * 1048576ull},  {2496, 'G', 200 * 1048576ull},
    {2620, 'G', 4 * 1048576ull},   {2954, 'G', 120 * 1048576ull}, {3527, 'G', 3 * 1048576ull},
    {5021, 'C', 360 * 1048576ull}, {5022, 'C', 503 * 1048576ull},
};

static const struct {
    u32 pid, sm, memory, encoder, decoder;
} DEFAULT_SAMPLES[] = {{5021, 0, 0, 15, 0}, {5022, 5, 1, 54, 0}};

typedef struct {
    char key[TEXT];
    char value[TEXT];
} Entry;

static struct {
    pthread_mutex_t lock;
    char path[4096];
    struct timespec changed;
    ino_t inode;
    off_t size;
    int loaded;
    Entry entries[MAX_ENTRIES];
    int count;
    Process processes[MAX_PROCESSES];
    int processCount; /* -1: built-in list */
    int pendingXid[MAX_GPUS]; /* -1: none */
    int inits;
    int openedGpus; /* number of GPUs at the last initialisation */
} sim = {.lock = PTHREAD_MUTEX_INITIALIZER, .processCount = -1};

static Gpu gpus[MAX_GPUS];
static Gpu migs[MAX_GPUS][MAX_MIG_DEVICES];

/* ---- scenario ------------------------------------------------------------------------------------------------------- */

static void findPath(void) {
    const char *set = getenv("NVML_SIMULATOR_SCENARIO");
    Dl_info self;
    if (set && *set) {
        snprintf(sim.path, sizeof sim.path, "%s", set);
    } else if (dladdr((void *)findPath, &self)) {
        snprintf(sim.path, sizeof sim.path, "%s.scenario", self.dli_fname);
    }
}

static char *trim(char *text) {
    while (*text == ' ' || *text == '\t') {
        text++;
    }
    char *end = text + strlen(text);
    while (end > text && strchr(" \t\r\n", end[-1])) {
        *--end = 0;
    }
    return text;
}

static void addProcess(const char *value) {
    Process p = {0};
    char bytes[TEXT] = "";
    if (sim.processCount < 0) {
        sim.processCount = 0;
    }
    if (sim.processCount < MAX_PROCESSES && sscanf(value, "%u %c %100s", &p.pid, &p.type, bytes) == 3) {
        p.bytes = strcmp(bytes, "unknown") == 0 ? ~0ull : strtoull(bytes, NULL, 10);
        sim.processes[sim.processCount++] = p;
    }
}

/* Whether the XIDs of this version of the file were already reported, by this or an earlier load; records that they are. */
static int xidsReported(void) {
    char path[sizeof sim.path + 8], now[64], before[64] = "";
    snprintf(path, sizeof path, "%s.xid", sim.path);
    snprintf(now, sizeof now, "%lld.%09ld", (long long)sim.changed.tv_sec, sim.changed.tv_nsec);
    FILE *file = fopen(path, "r");
    if (file) {
        if (!fgets(before, sizeof before, file)) {
            before[0] = 0;
        }
        fclose(file);
    }
    if (strcmp(now, before) == 0) {
        return 1;
    }
    file = fopen(path, "w");
    if (file) {
        fputs(now, file);
        fclose(file);
    }
    return 0;
}

/* "xid = 79" applies to GPU 0, "gpu1.xid = 79" to GPU 1. */
static int addXid(const char *key, const char *value) {
    u32 gpu = 0;
    int end = 0;
    if (strcmp(key, "xid") != 0 && (sscanf(key, "gpu%u.xid%n", &gpu, &end) != 1 || !end || key[end])) {
        return 0;
    }
    if (gpu < MAX_GPUS) {
        sim.pendingXid[gpu] = atoi(value);
    }
    return 1;
}

static void forget(void) {
    sim.count = 0;
    sim.processCount = -1;
    for (int i = 0; i < MAX_GPUS; i++) {
        sim.pendingXid[i] = -1;
    }
}

static void parse(FILE *file) {
    char line[512];
    int xids = 0;
    while (fgets(line, sizeof line, file)) {
        char *comment = strchr(line, '#');
        if (comment) {
            *comment = 0;
        }
        char *equals = strchr(line, '=');
        if (!equals) {
            continue;
        }
        *equals = 0;
        char *key = trim(line), *value = trim(equals + 1);
        if (strcmp(key, "process") == 0) {
            addProcess(value);
        } else if (addXid(key, value)) {
            xids = 1;
        } else if (sim.count < MAX_ENTRIES) {
            snprintf(sim.entries[sim.count].key, TEXT, "%s", key);
            snprintf(sim.entries[sim.count].value, TEXT, "%s", value);
            sim.count++;
        }
    }
    if (xids && xidsReported()) {
        for (int i = 0; i < MAX_GPUS; i++) {
            sim.pendingXid[i] = -1;
        }
    }
}

/* Requires the lock. */
static void refresh(void) {
    struct stat now = {0};
    if (!sim.path[0]) {
        findPath();
    }
    int present = stat(sim.path, &now) == 0;
    if (sim.loaded && now.st_mtim.tv_sec == sim.changed.tv_sec && now.st_mtim.tv_nsec == sim.changed.tv_nsec &&
        now.st_ino == sim.inode && now.st_size == sim.size) {
        return;
    }
    sim.loaded = 1;
    sim.changed = now.st_mtim;
    sim.inode = now.st_ino;
    sim.size = now.st_size;
    FILE *file = present ? fopen(sim.path, "r") : NULL;
    forget();
    if (file) {
        parse(file);
        fclose(file);
    }
}

static const char *entry(const char *key) {
    for (int i = 0; i < sim.count; i++) {
        if (strcmp(sim.entries[i].key, key) == 0) {
            return sim.entries[i].value;
        }
    }
    return NULL;
}

/* Last value set by a setter, in this or an earlier process; returns whether there is one. Requires the lock. */
static int wasSet(const char *own, double *to) {
    char path[sizeof sim.path + 8], line[512], key[TEXT];
    int found = 0;
    double given;
    snprintf(path, sizeof path, "%s.set", sim.path);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line, "%100s = %lf", key, &given) == 2 && strcmp(key, own) == 0) {
            *to = given;
            found = 1;
        }
    }
    if (file) {
        fclose(file);
    }
    return found;
}

/* Records the value passed to a setter. */
static nvmlReturn_t set(int gpu, const char *key, double to, const char *call) {
    char path[sizeof sim.path + 8];
    pthread_mutex_lock(&sim.lock);
    snprintf(path, sizeof path, "%s.set", sim.path);
    FILE *file = fopen(path, "a");
    if (file) {
        fprintf(file, "gpu%d.%s = %.0f # %s\n", gpu, key, to, call);
        fclose(file);
    }
    pthread_mutex_unlock(&sim.lock);
    return file ? SUCCESS : NO_PERMISSION;
}

/* Value of a key for a GPU (-1: machine); a ramp is "from to seconds". */
static double value(int gpu, const char *key) {
    char own[TEXT];
    double given;
    snprintf(own, sizeof own, "gpu%d.%s", gpu, key);
    pthread_mutex_lock(&sim.lock);
    int overruled = gpu >= 0 && wasSet(own, &given);
    pthread_mutex_unlock(&sim.lock);
    if (overruled) {
        return given;
    }
    pthread_mutex_lock(&sim.lock);
    const char *text = gpu >= 0 ? entry(own) : NULL;
    text = text ? text : entry(key);
    double from = 0, to = 0, seconds = 0;
    int parts = text ? sscanf(text, "%lf %lf %lf", &from, &to, &seconds) : 0;
    if (parts == 3 && seconds > 0) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        double passed = (double)(now.tv_sec - sim.changed.tv_sec) + (double)(now.tv_nsec - sim.changed.tv_nsec) * 1e-9;
        double share = passed / seconds;
        from += (to - from) * (share < 0 ? 0 : share < 1 ? share : 1);
    }
    pthread_mutex_unlock(&sim.lock);
    if (parts > 0) {
        return from;
    }
    for (size_t i = 0; i < sizeof DEFAULTS / sizeof *DEFAULTS; i++) {
        if (strcmp(DEFAULTS[i].key, key) == 0) {
            return DEFAULTS[i].value;
        }
    }
    return 0;
}

/* Value of a key as u64; from 2^64 - 1 on, all bits are set, as for a value that the driver does not have. */
static u64 wide(int gpu, const char *key) {
    double given = value(gpu, key);
    return given >= 18446744073709551615.0 ? ~0ull : (u64)given;
}

/* Text of a key for a GPU (-1: machine), at most TEXT - 1 characters. */
static void text(int gpu, const char *key, const char *builtIn, char *to) {
    char own[TEXT];
    snprintf(own, sizeof own, "gpu%d.%s", gpu, key);
    pthread_mutex_lock(&sim.lock);
    const char *found = gpu >= 0 ? entry(own) : NULL;
    found = found ? found : entry(key);
    snprintf(to, TEXT, "%s", found ? found : builtIn);
    pthread_mutex_unlock(&sim.lock);
}

/* Code of a directive "error CODE", by number or name; 0 for other directives. */
static int ordered(const char *what) {
    char name[TEXT];
    if (sscanf(what, "error %100s", name) != 1) {
        return SUCCESS;
    }
    for (size_t i = 0; i < sizeof CODES / sizeof *CODES; i++) {
        if (strcmp(CODES[i].name, name) == 0) {
            return CODES[i].code;
        }
    }
    int number = atoi(name);
    return number ? number : UNKNOWN; /* a name with a typing error must not look like success */
}

/* Whether a pattern, which may end in '*', matches the call. */
static int names(const char *pattern, const char *call) {
    size_t n = strlen(pattern);
    return n > 0 && pattern[n - 1] == '*' ? strncmp(pattern, call, n - 1) == 0 : strcmp(pattern, call) == 0;
}

/* Directive of the scenario for a call: the first matching line. Requires the lock. */
static const char *order(int gpu, const char *call) {
    char prefix[16];
    int n = snprintf(prefix, sizeof prefix, "gpu%d.", gpu);
    for (int i = 0; i < sim.count; i++) {
        const char *key = sim.entries[i].key;
        if (gpu >= 0 && strncmp(key, prefix, (size_t)n) == 0) {
            key += n;
        }
        if (names(key, call)) {
            return sim.entries[i].value;
        }
    }
    return NULL;
}

static void sleepMillis(long millis) {
    struct timespec wait = {millis / 1000, millis % 1000 * 1000000};
    nanosleep(&wait, NULL);
}

/* Start of every call: delays, hangs or fails as directed by the scenario. */
static nvmlReturn_t enter(const char *call, int gpu, int needsInit) {
    int delayed = 0;
    for (;;) {
        int code = 0, delay = 0, hang = 0;
        pthread_mutex_lock(&sim.lock);
        refresh();
        const char *what = order(gpu, call);
        if (what) {
            hang = strcmp(what, "hang") == 0;
            code = ordered(what);
            if (sscanf(what, "delay %d", &delay) != 1) {
                delay = 0;
            }
        }
        if (code == 0 && needsInit && sim.inits == 0) {
            code = UNINITIALIZED;
        }
        pthread_mutex_unlock(&sim.lock);
        if (hang) {
            sleepMillis(5);
        } else if (delay && !delayed) {
            delayed = 1;
            sleepMillis(delay);
        } else if (code == 0 && needsInit && strcmp(call, "nvmlShutdown") && sim.openedGpus != (int)value(-1, "gpus")) {
            return UNINITIALIZED; /* a changed number of GPUs simulates a reload of the driver */
        } else {
            return code;
        }
    }
}

static int isMig(nvmlDevice_t device) {
    return device >= &migs[0][0] && device < &migs[0][0] + MAX_GPUS * MAX_MIG_DEVICES;
}

static int indexOf(nvmlDevice_t device) {
    return (device >= gpus && device < gpus + MAX_GPUS) || isMig(device) ? (int)device->index : -1;
}

/* Start of a call for a GPU; returns from the function on failure. */
#define DEVICE_CALL(device)                                                                                            \
    ANY_DEVICE_CALL(device);                                                                                           \
    do {                                                                                                               \
        if (isMig(device)) {                                                                                           \
            return NOT_SUPPORTED;                                                                                      \
        }                                                                                                              \
    } while (0)

/* Start of a call for a GPU or a MIG device; returns from the function on failure. */
#define ANY_DEVICE_CALL(device)                                                                                        \
    int gpu = indexOf(device);                                                                                         \
    do {                                                                                                               \
        nvmlReturn_t entered = enter(__func__, gpu, 1);                                                                \
        if (entered != SUCCESS) {                                                                                      \
            return entered;                                                                                            \
        }                                                                                                              \
        if (gpu < 0) {                                                                                                 \
            return INVALID_ARGUMENT;                                                                                   \
        }                                                                                                              \
    } while (0)

#define SYSTEM_CALL(needsInit)                                                                                         \
    do {                                                                                                               \
        nvmlReturn_t entered = enter(__func__, -1, needsInit);                                                         \
        if (entered != SUCCESS) {                                                                                      \
            return entered;                                                                                            \
        }                                                                                                              \
    } while (0)

static nvmlReturn_t put(char *to, u32 length, const char *text) {
    if (!to) {
        return INVALID_ARGUMENT;
    }
    if (strlen(text) >= length) {
        return INSUFFICIENT_SIZE;
    }
    strcpy(to, text);
    return SUCCESS;
}

/* ---- system --------------------------------------------------------------------------------------------------------- */

EXPORT nvmlReturn_t nvmlInit_v2(void) {
    SYSTEM_CALL(0);
    int present = (int)value(-1, "gpus");
    pthread_mutex_lock(&sim.lock);
    sim.inits++;
    sim.openedGpus = present;
    for (u32 i = 0; i < MAX_GPUS; i++) {
        gpus[i] = (Gpu){i, -1};
        for (int mig = 0; mig < MAX_MIG_DEVICES; mig++) {
            migs[i][mig] = (Gpu){i, mig};
        }
    }
    pthread_mutex_unlock(&sim.lock);
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlShutdown(void) {
    SYSTEM_CALL(1);
    pthread_mutex_lock(&sim.lock);
    sim.inits--;
    pthread_mutex_unlock(&sim.lock);
    return SUCCESS;
}

/* Not part of NVML: identifies the simulator. */
EXPORT int nvmlSimulatorVersion(void) {
    return 1;
}

/* Not part of NVML: number of open initialisations, for tests that init and shutdown are balanced. */
EXPORT int nvmlSimulatorInits(void) {
    pthread_mutex_lock(&sim.lock);
    int inits = sim.inits;
    pthread_mutex_unlock(&sim.lock);
    return inits;
}

EXPORT nvmlReturn_t nvmlSystemGetDriverVersion(char *version, u32 length) {
    SYSTEM_CALL(1);
    char driver[TEXT];
    text(-1, "driver_version", "595.71.05", driver);
    return put(version, length, driver);
}

EXPORT nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int *version) {
    SYSTEM_CALL(1);
    *version = (int)value(-1, "cuda_version");
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetCount_v2(u32 *count) {
    SYSTEM_CALL(1);
    *count = (u32)value(-1, "gpus");
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(u32 index, nvmlDevice_t *device) {
    nvmlReturn_t entered = enter(__func__, (int)index, 1);
    if (entered != SUCCESS) {
        return entered;
    }
    if (index >= MAX_GPUS || index >= (u32)value(-1, "gpus")) {
        return INVALID_ARGUMENT;
    }
    *device = &gpus[index];
    return SUCCESS;
}

/* ---- identity ------------------------------------------------------------------------------------------------------- */

EXPORT nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char *name, u32 length) {
    ANY_DEVICE_CALL(device);
    char model[TEXT], profile[TEXT], own[2 * TEXT + 8];
    text(gpu, "name", "NVIDIA GeForce RTX 4080 SUPER (simulated)", model);
    text(gpu, "mig_profile", "1g.5gb", profile);
    snprintf(own, sizeof own, isMig(device) ? "%s MIG %s" : "%s", model, profile);
    return put(name, length, own);
}

EXPORT nvmlReturn_t nvmlDeviceGetSerial(nvmlDevice_t device, char *serial, u32 length) {
    DEVICE_CALL(device);
    char own[TEXT];
    text(gpu, "serial", "", own);
    return own[0] ? put(serial, length, own) : NOT_SUPPORTED;
}

EXPORT nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t device, int *major, int *minor) {
    DEVICE_CALL(device);
    *major = (int)value(gpu, "compute_major");
    *minor = (int)value(gpu, "compute_minor");
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char *uuid, u32 length) {
    ANY_DEVICE_CALL(device);
    char own[TEXT];
    if (isMig(device)) {
        snprintf(own, sizeof own, "MIG-00000000-0000-0000-%04d-%012d", device->mig, gpu);
    } else {
        char digit[TEXT], built[TEXT];
        snprintf(built, sizeof built, "%d", gpu);
        text(gpu, "uuid", built, digit);
        snprintf(own, sizeof own, "GPU-00000000-0000-0000-0000-%012d", atoi(digit));
    }
    return put(uuid, length, own);
}

EXPORT nvmlReturn_t nvmlDeviceGetVbiosVersion(nvmlDevice_t device, char *version, u32 length) {
    DEVICE_CALL(device);
    return put(version, length, "95.03.44.00.B2");
}

EXPORT nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t device, nvmlPciInfo_t *pci) {
    DEVICE_CALL(device);
    memset(pci, 0, sizeof *pci);
    pci->bus = (u32)gpu + 1;
    pci->pciDeviceId = 0x270210DE;
    pci->pciSubSystemId = 0x51101462;
    snprintf(pci->busIdLegacy, sizeof pci->busIdLegacy, "0000:%02X:00.0", (gpu + 1) & 0xff);
    snprintf(pci->busId, sizeof pci->busId, "00000000:%02X:00.0", (gpu + 1) & 0xff);
    return SUCCESS;
}

/* ---- load and memory ------------------------------------------------------------------------------------------------ */

EXPORT nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *use) {
    DEVICE_CALL(device);
    use->gpu = (u32)value(gpu, "utilization");
    use->memory = (u32)value(gpu, "memory_utilization");
    return SUCCESS;
}

/* A call that returns one unsigned int. */
#define NUMBER(function, key)                                                                                          \
    EXPORT nvmlReturn_t function(nvmlDevice_t device, u32 *out) {                                                      \
        DEVICE_CALL(device);                                                                                           \
        *out = (u32)value(gpu, key);                                                                                   \
        return SUCCESS;                                                                                                \
    }

/* A call that returns an engine's utilisation in percent and its sampling period in microseconds. */
#define ENGINE(function, key)                                                                                          \
    EXPORT nvmlReturn_t function(nvmlDevice_t device, u32 *out, u32 *period) {                                         \
        DEVICE_CALL(device);                                                                                           \
        *out = (u32)value(gpu, key);                                                                                   \
        *period = 167000;                                                                                              \
        return SUCCESS;                                                                                                \
    }

ENGINE(nvmlDeviceGetEncoderUtilization, "encoder_utilization")
ENGINE(nvmlDeviceGetDecoderUtilization, "decoder_utilization")
ENGINE(nvmlDeviceGetJpgUtilization, "jpeg_utilization")
ENGINE(nvmlDeviceGetOfaUtilization, "ofa_utilization")

EXPORT nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device, nvmlMemory_v2_t *memory) {
    ANY_DEVICE_CALL(device);
    if (memory->version != (sizeof *memory | 2u << 24)) {
        return ARGUMENT_VERSION_MISMATCH;
    }
    memory->total = wide(gpu, isMig(device) ? "mig_memory_total" : "memory_total");
    memory->reserved = wide(gpu, isMig(device) ? "mig_memory_reserved" : "memory_reserved");
    memory->used = wide(gpu, isMig(device) ? "mig_memory_used" : "memory_used");
    memory->free = memory->total - memory->reserved - memory->used;
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetBAR1MemoryInfo(nvmlDevice_t device, nvmlBAR1Memory_t *memory) {
    DEVICE_CALL(device);
    memory->total = wide(gpu, "bar1_total");
    memory->used = wide(gpu, "bar1_used");
    memory->free = memory->total - memory->used;
    return SUCCESS;
}

/* ---- heat, power, clocks -------------------------------------------------------------------------------------------- */

EXPORT nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, int sensor, u32 *celsius) {
    DEVICE_CALL(device);
    if (sensor != 0) {
        return INVALID_ARGUMENT;
    }
    *celsius = (u32)value(gpu, "temperature");
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetTemperatureThreshold(nvmlDevice_t device, int threshold, u32 *celsius) {
    DEVICE_CALL(device);
    switch (threshold) {
    case 0:
        *celsius = (u32)value(gpu, "threshold_shutdown");
        return SUCCESS;
    case 1:
        *celsius = (u32)value(gpu, "threshold_slowdown");
        return SUCCESS;
    case 3:
        *celsius = (u32)value(gpu, "threshold_gpu_max");
        return SUCCESS;
    default:
        return NOT_SUPPORTED;
    }
}

NUMBER(nvmlDeviceGetPowerUsage, "power")
NUMBER(nvmlDeviceGetPowerManagementLimit, "power_limit")
NUMBER(nvmlDeviceGetEnforcedPowerLimit, "power_limit_enforced")
NUMBER(nvmlDeviceGetPowerManagementDefaultLimit, "power_limit_default")

EXPORT nvmlReturn_t nvmlDeviceGetPowerManagementLimitConstraints(nvmlDevice_t device, u32 *min, u32 *max) {
    DEVICE_CALL(device);
    *min = (u32)value(gpu, "power_limit_min");
    *max = (u32)value(gpu, "power_limit_max");
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t device, u64 *millijoules) {
    DEVICE_CALL(device);
    *millijoules = wide(gpu, "energy");
    return SUCCESS;
}

static const char *const CLOCKS[] = {"clock_graphics", "clock_sm", "clock_memory", "clock_video"};
static const char *const MAX_CLOCKS[] = {"clock_max_graphics", "clock_max_sm", "clock_max_memory", "clock_max_video"};

EXPORT nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t device, u32 type, u32 *megahertz) {
    DEVICE_CALL(device);
    if (type >= 4) {
        return INVALID_ARGUMENT;
    }
    u32 locked = (u32)value(gpu, type == 2 ? "locked_clock_memory" : "locked_clock_graphics");
    *megahertz = locked && type <= 2 ? locked : (u32)value(gpu, CLOCKS[type]);
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetMaxClockInfo(nvmlDevice_t device, u32 type, u32 *megahertz) {
    DEVICE_CALL(device);
    if (type >= 4) {
        return INVALID_ARGUMENT;
    }
    *megahertz = (u32)value(gpu, MAX_CLOCKS[type]);
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t device, u64 *reasons) {
    DEVICE_CALL(device);
    *reasons = wide(gpu, "event_reasons");
    return SUCCESS;
}

/* Name in drivers before 535. */
EXPORT nvmlReturn_t nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t device, u64 *reasons) {
    DEVICE_CALL(device);
    *reasons = wide(gpu, "event_reasons");
    return SUCCESS;
}

NUMBER(nvmlDeviceGetNumFans, "fans")

EXPORT nvmlReturn_t nvmlDeviceGetFanSpeed_v2(nvmlDevice_t device, u32 fan, u32 *percent) {
    DEVICE_CALL(device);
    if (fan >= (u32)value(gpu, "fans")) {
        return INVALID_ARGUMENT;
    }
    *percent = (u32)value(gpu, "fan_speed");
    return SUCCESS;
}

NUMBER(nvmlDeviceGetPerformanceState, "pstate")
NUMBER(nvmlDeviceGetComputeMode, "compute_mode")
NUMBER(nvmlDeviceGetPersistenceMode, "persistence_mode")
NUMBER(nvmlDeviceGetDisplayActive, "display_active")

/* ---- memory's health ------------------------------------------------------------------------------------------------ */

/* Volatile (0) and aggregate (1) counters, which are identical here. */
EXPORT nvmlReturn_t nvmlDeviceGetTotalEccErrors(nvmlDevice_t device, u32 type, u32 counter, u64 *errors) {
    DEVICE_CALL(device);
    if (type > 1 || counter > 1 || !errors) {
        return INVALID_ARGUMENT;
    }
    double count = value(gpu, type == 0 ? "ecc_corrected" : "ecc_uncorrected");
    if (count < 0) {
        return NOT_SUPPORTED;
    }
    *errors = wide(gpu, type == 0 ? "ecc_corrected" : "ecc_uncorrected");
    return SUCCESS;
}

/* Key of a field's value; NULL for an unknown field. */
static const char *fieldKey(u32 field) {
    switch (field) {
    case 82: /* NVML_FI_DEV_MEMORY_TEMP */
        return "memory_temperature";
    case 138: /* NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_TX, KiB */
        return "nvlink_transmit";
    case 139: /* NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_RX, KiB */
        return "nvlink_receive";
    case 230: /* NVML_FI_DEV_GET_GPU_RECOVERY_ACTION */
        return "recovery_action";
    default:
        return NULL;
    }
}

/* Directive "nvmlField82 = error CODE" for one field. */
static int fieldError(int gpu, u32 field) {
    char name[TEXT];
    snprintf(name, sizeof name, "nvmlField%u", field);
    pthread_mutex_lock(&sim.lock);
    const char *what = order(gpu, name);
    int code = what ? ordered(what) : SUCCESS;
    pthread_mutex_unlock(&sim.lock);
    return code;
}

/* An unsupported field has an error code and an undefined value; the call succeeds. */
EXPORT nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t device, int count, nvmlFieldValue_t *values) {
    DEVICE_CALL(device);
    if (count < 1 || !values) {
        return INVALID_ARGUMENT;
    }
    for (int i = 0; i < count; i++) {
        nvmlFieldValue_t *field = &values[i];
        const char *key = fieldKey(field->fieldId);
        double given = key ? value(gpu, key) : -1;
        int nvlink = field->fieldId == 138 || field->fieldId == 139;
        int allLinks = field->scopeId == ~0u;
        int error = fieldError(gpu, field->fieldId);
        field->timestamp = (long long)time(NULL) * 1000000;
        field->latencyUsec = 0;
        field->valueType = nvlink ? 3 : 1; /* NVML_VALUE_TYPE_UNSIGNED_LONG_LONG, _UNSIGNED_INT */
        field->value.ullVal = 0xdeadbeefdeadbeefull;
        if (error != SUCCESS) {
            field->nvmlReturn = error;
        } else if (!key) {
            field->nvmlReturn = INVALID_ARGUMENT;
        } else if (given < 0 || nvlink != allLinks) {
            field->nvmlReturn = NOT_SUPPORTED;
        } else if (nvlink) {
            field->nvmlReturn = SUCCESS;
            field->value.ullVal = wide(gpu, key);
        } else {
            field->nvmlReturn = SUCCESS;
            field->value.uiVal = (u32)given;
        }
    }
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetRemappedRows(nvmlDevice_t device, u32 *corrected, u32 *uncorrected, u32 *pending,
                                              u32 *failed) {
    DEVICE_CALL(device);
    double one = value(gpu, "remapped_rows_corrected"), other = value(gpu, "remapped_rows_uncorrected");
    if (one < 0 || other < 0) {
        return NOT_SUPPORTED;
    }
    *corrected = (u32)one;
    *uncorrected = (u32)other;
    *pending = (u32)value(gpu, "remapped_rows_pending");
    *failed = (u32)value(gpu, "remapped_rows_failed");
    return SUCCESS;
}

/* ---- data centre GPUs ------------------------------------------------------------------------------------------------- */

EXPORT nvmlReturn_t nvmlDeviceGetGpuFabricInfo(nvmlDevice_t device, nvmlGpuFabricInfo_t *fabric) {
    DEVICE_CALL(device);
    memset(fabric, 0, sizeof *fabric);
    fabric->state = (unsigned char)value(gpu, "fabric_state");
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetGridLicensableFeatures_v4(nvmlDevice_t device, nvmlGridLicensableFeatures_t *features) {
    DEVICE_CALL(device);
    double licensed = value(gpu, "vgpu_licensed");
    memset(features, 0, sizeof *features);
    if (licensed >= 0) {
        features->isGridLicenseSupported = 1;
        features->licensableFeaturesCount = 1;
        features->gridLicensableFeatures[0].featureCode = 2;
        features->gridLicensableFeatures[0].featureState = (u32)licensed;
    }
    return SUCCESS;
}

/* MIG mode is on when mig_devices is at least 0. */
EXPORT nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, u32 *current, u32 *pending) {
    DEVICE_CALL(device);
    if (value(gpu, "mig_devices") < 0) {
        return NOT_SUPPORTED;
    }
    *current = *pending = 1;
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t device, u32 *count) {
    DEVICE_CALL(device);
    *count = value(gpu, "mig_devices") < 0 ? 0 : MAX_MIG_DEVICES;
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, u32 index, nvmlDevice_t *mig) {
    DEVICE_CALL(device);
    if (index >= MAX_MIG_DEVICES || (double)index >= value(gpu, "mig_devices")) {
        return NOT_FOUND;
    }
    *mig = &migs[gpu][index];
    return SUCCESS;
}

/* GPU instances are numbered from 7, as those of a seventh of an A100 are; each has one compute instance. */
EXPORT nvmlReturn_t nvmlDeviceGetGpuInstanceId(nvmlDevice_t device, u32 *id) {
    ANY_DEVICE_CALL(device);
    *id = (u32)(device->mig + 7);
    return isMig(device) ? SUCCESS : NOT_SUPPORTED;
}

EXPORT nvmlReturn_t nvmlDeviceGetComputeInstanceId(nvmlDevice_t device, u32 *id) {
    ANY_DEVICE_CALL(device);
    *id = 0;
    return isMig(device) ? SUCCESS : NOT_SUPPORTED;
}

/* ---- settings ------------------------------------------------------------------------------------------------------- */

static const u32 MEMORY_CLOCKS[] = {11501, 11251, 10501, 5001, 810, 405};

/* Clocks are multiples of 15 MHz from 210 MHz; low memory clocks allow only few. */
#define CLOCK_STEP 15
#define CLOCK_LOWEST 210

static u32 topGraphicsClock(int gpu, u32 memory) {
    u32 most = (u32)value(gpu, "clock_max_graphics");
    return memory > 810 || most < 2100 ? most : memory > 405 ? 2100 : 420;
}

static int supportedMemoryClock(int gpu, u32 megahertz) {
    u32 most = (u32)value(gpu, "clock_max_memory");
    for (size_t i = 0; i < sizeof MEMORY_CLOCKS / sizeof *MEMORY_CLOCKS; i++) {
        if (MEMORY_CLOCKS[i] == megahertz && megahertz <= most) {
            return 1;
        }
    }
    return megahertz == most;
}

EXPORT nvmlReturn_t nvmlDeviceGetSupportedMemoryClocks(nvmlDevice_t device, u32 *count, u32 *megahertz) {
    DEVICE_CALL(device);
    u32 clocks[8], n = 0, capacity = *count, most = (u32)value(gpu, "clock_max_memory");
    clocks[n++] = most;
    for (size_t i = 0; i < sizeof MEMORY_CLOCKS / sizeof *MEMORY_CLOCKS; i++) {
        if (MEMORY_CLOCKS[i] < most) {
            clocks[n++] = MEMORY_CLOCKS[i];
        }
    }
    *count = n;
    if (capacity < n || !megahertz) {
        return INSUFFICIENT_SIZE;
    }
    memcpy(megahertz, clocks, n * sizeof *clocks);
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetSupportedGraphicsClocks(nvmlDevice_t device, u32 memory, u32 *count, u32 *megahertz) {
    DEVICE_CALL(device);
    if (!supportedMemoryClock(gpu, memory)) {
        return NOT_FOUND;
    }
    u32 top = topGraphicsClock(gpu, memory), capacity = *count;
    *count = (top - CLOCK_LOWEST) / CLOCK_STEP + 1;
    if (capacity < *count || !megahertz) {
        return INSUFFICIENT_SIZE;
    }
    for (u32 i = 0; i < *count; i++) {
        megahertz[i] = top - i * CLOCK_STEP;
    }
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceSetPersistenceMode(nvmlDevice_t device, u32 mode) {
    DEVICE_CALL(device);
    return mode <= 1 ? set(gpu, "persistence_mode", mode, __func__) : INVALID_ARGUMENT;
}

/* 0 default, 1 exclusive thread (removed in newer drivers), 2 prohibited, 3 exclusive process. */
EXPORT nvmlReturn_t nvmlDeviceSetComputeMode(nvmlDevice_t device, u32 mode) {
    DEVICE_CALL(device);
    return mode > 3 ? INVALID_ARGUMENT : mode == 1 ? NOT_SUPPORTED : set(gpu, "compute_mode", mode, __func__);
}

EXPORT nvmlReturn_t nvmlDeviceSetPowerManagementLimit(nvmlDevice_t device, u32 milliwatts) {
    DEVICE_CALL(device);
    if (milliwatts < value(gpu, "power_limit_min") || milliwatts > value(gpu, "power_limit_max")) {
        return INVALID_ARGUMENT;
    }
    nvmlReturn_t done = set(gpu, "power_limit", milliwatts, __func__);
    return done == SUCCESS ? set(gpu, "power_limit_enforced", milliwatts, "follows") : done;
}

EXPORT nvmlReturn_t nvmlDeviceSetGpuLockedClocks(nvmlDevice_t device, u32 min, u32 max) {
    DEVICE_CALL(device);
    if (min > max || max > value(gpu, "clock_max_graphics")) {
        return INVALID_ARGUMENT;
    }
    return set(gpu, "locked_clock_graphics", max, __func__);
}

EXPORT nvmlReturn_t nvmlDeviceResetGpuLockedClocks(nvmlDevice_t device) {
    DEVICE_CALL(device);
    return set(gpu, "locked_clock_graphics", 0, __func__);
}

EXPORT nvmlReturn_t nvmlDeviceSetMemoryLockedClocks(nvmlDevice_t device, u32 min, u32 max) {
    DEVICE_CALL(device);
    if (min > max || !supportedMemoryClock(gpu, max)) {
        return INVALID_ARGUMENT;
    }
    return set(gpu, "locked_clock_memory", max, __func__);
}

EXPORT nvmlReturn_t nvmlDeviceResetMemoryLockedClocks(nvmlDevice_t device) {
    DEVICE_CALL(device);
    return set(gpu, "locked_clock_memory", 0, __func__);
}

/* ---- PCIe and encoder ----------------------------------------------------------------------------------------------- */

NUMBER(nvmlDeviceGetCurrPcieLinkGeneration, "pcie_generation")
NUMBER(nvmlDeviceGetMaxPcieLinkGeneration, "pcie_max_generation")
NUMBER(nvmlDeviceGetCurrPcieLinkWidth, "pcie_width")
NUMBER(nvmlDeviceGetMaxPcieLinkWidth, "pcie_max_width")
NUMBER(nvmlDeviceGetPcieReplayCounter, "pcie_replays")

EXPORT nvmlReturn_t nvmlDeviceGetPcieThroughput(nvmlDevice_t device, u32 counter, u32 *kilobytes) {
    DEVICE_CALL(device);
    sleepMillis(20); /* measuring time of the real driver */
    *kilobytes = (u32)value(gpu, counter == 0 ? "pcie_transmit" : "pcie_receive");
    return counter <= 1 ? SUCCESS : INVALID_ARGUMENT;
}

EXPORT nvmlReturn_t nvmlDeviceGetEncoderStats(nvmlDevice_t device, u32 *sessions, u32 *fps, u32 *latency) {
    DEVICE_CALL(device);
    *sessions = (u32)value(gpu, "encoder_sessions");
    *fps = (u32)value(gpu, "encoder_fps");
    *latency = (u32)value(gpu, "encoder_latency");
    return SUCCESS;
}

/* ---- processes ------------------------------------------------------------------------------------------------------ */

static nvmlReturn_t listProcesses(char type, u32 *count, nvmlProcessInfo_v2_t *infos) {
    pthread_mutex_lock(&sim.lock);
    const Process *all = sim.processCount >= 0 ? sim.processes : DEFAULT_PROCESSES;
    u32 n = sim.processCount >= 0 ? (u32)sim.processCount : sizeof DEFAULT_PROCESSES / sizeof *DEFAULT_PROCESSES;
    u32 capacity = *count, found = 0;
    for (u32 i = 0; i < n; i++) {
        if (all[i].type == type) {
            if (infos && found < capacity) {
                infos[found] = (nvmlProcessInfo_v2_t){all[i].pid, all[i].bytes, ~0u, ~0u};
            }
            found++;
        }
    }
    pthread_mutex_unlock(&sim.lock);
    *count = found;
    return found > capacity ? INSUFFICIENT_SIZE : SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v2(nvmlDevice_t device, u32 *count,
                                                            nvmlProcessInfo_v2_t *infos) {
    DEVICE_CALL(device);
    return listProcesses('C', count, infos);
}

EXPORT nvmlReturn_t nvmlDeviceGetGraphicsRunningProcesses_v2(nvmlDevice_t device, u32 *count,
                                                             nvmlProcessInfo_v2_t *infos) {
    DEVICE_CALL(device);
    return listProcesses('G', count, infos);
}

/* One sample per busy process and call, 1 us after the last seen one. */
EXPORT nvmlReturn_t nvmlDeviceGetProcessUtilization(nvmlDevice_t device, nvmlProcessUtilizationSample_t *samples,
                                                    u32 *count, u64 lastSeen) {
    DEVICE_CALL(device);
    u32 n = sizeof DEFAULT_SAMPLES / sizeof *DEFAULT_SAMPLES;
    if (value(gpu, "utilization") == 0) {
        return NOT_FOUND;
    }
    if (!samples || *count < n) {
        *count = n;
        return INSUFFICIENT_SIZE;
    }
    for (u32 i = 0; i < n; i++) {
        samples[i] = (nvmlProcessUtilizationSample_t){
            DEFAULT_SAMPLES[i].pid,    lastSeen + 1,
            DEFAULT_SAMPLES[i].sm,     DEFAULT_SAMPLES[i].memory,
            DEFAULT_SAMPLES[i].encoder, DEFAULT_SAMPLES[i].decoder};
    }
    *count = n;
    return SUCCESS;
}

/* ---- events --------------------------------------------------------------------------------------------------------- */

EXPORT nvmlReturn_t nvmlEventSetCreate(nvmlEventSet_t *set) {
    SYSTEM_CALL(1);
    *set = calloc(1, sizeof **set);
    return *set ? SUCCESS : MEMORY;
}

EXPORT nvmlReturn_t nvmlDeviceRegisterEvents(nvmlDevice_t device, u64 types, nvmlEventSet_t set) {
    DEVICE_CALL(device);
    if (types != 8) {
        return NOT_SUPPORTED;
    }
    set->gpus |= 1u << gpu;
    return SUCCESS;
}

EXPORT nvmlReturn_t nvmlEventSetWait_v2(nvmlEventSet_t set, nvmlEventData_t *data, u32 timeoutMillis) {
    for (u32 waited = 0;; waited += 5) {
        nvmlReturn_t entered = enter(__func__, -1, 1);
        if (entered != SUCCESS) {
            return entered;
        }
        pthread_mutex_lock(&sim.lock);
        int gpu = 0;
        while (gpu < MAX_GPUS && (!(set->gpus & 1u << gpu) || sim.pendingXid[gpu] < 0)) {
            gpu++;
        }
        if (gpu < MAX_GPUS) {
            *data = (nvmlEventData_t){&gpus[gpu], 8, (u64)sim.pendingXid[gpu], ~0u, ~0u};
            sim.pendingXid[gpu] = -1;
        }
        pthread_mutex_unlock(&sim.lock);
        if (gpu < MAX_GPUS) {
            return SUCCESS;
        }
        if (waited >= timeoutMillis) {
            return TIMEOUT;
        }
        sleepMillis(5);
    }
}

EXPORT nvmlReturn_t nvmlEventSetFree(nvmlEventSet_t set) {
    SYSTEM_CALL(1);
    free(set);
    return SUCCESS;
}
