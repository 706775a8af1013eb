/*
 * Simulated libcuda.so.1: the functions called by the kernel probe, with the driver's names and argument types. The kernel
 * is computed here; the PTX is only checked for its target and entry.
 *
 * Built with: cc -shared -fPIC -O1 -DCUDA_SIMULATOR_fine; the other kinds are no_device, wrong_result and bad_ptx.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int CUresult;
typedef int CUdevice;
typedef void *CUcontext;
typedef void *CUmodule;
typedef void *CUfunction;
typedef void *CUstream;
typedef unsigned long long CUdeviceptr;

enum { SUCCESS = 0, INVALID_VALUE = 1, NO_DEVICE = 100, INVALID_PTX = 218, INVALID_CONTEXT = 201, NOT_FOUND = 500 };

_Static_assert(sizeof(CUdeviceptr) == 8, "addresses have 64 bits");
_Static_assert(sizeof(size_t) == 8, "sizes have 64 bits");

static int contexts;
static uint32_t *memory;

CUresult cuGetErrorName(CUresult code, const char **name) {
    switch (code) {
    case INVALID_VALUE: *name = "CUDA_ERROR_INVALID_VALUE"; return SUCCESS;
    case NO_DEVICE: *name = "CUDA_ERROR_NO_DEVICE"; return SUCCESS;
    case INVALID_PTX: *name = "CUDA_ERROR_INVALID_PTX"; return SUCCESS;
    case INVALID_CONTEXT: *name = "CUDA_ERROR_INVALID_CONTEXT"; return SUCCESS;
    default: *name = NULL; return INVALID_VALUE;
    }
}

CUresult cuInit(unsigned flags) {
#ifdef CUDA_SIMULATOR_no_device
    return NO_DEVICE;
#else
    return flags == 0 ? SUCCESS : INVALID_VALUE;
#endif
}

CUresult cuDriverGetVersion(int *version) { *version = 12040; return SUCCESS; }
CUresult cuDeviceGetCount(int *count) { *count = 1; return SUCCESS; }
CUresult cuDeviceGet(CUdevice *device, int ordinal) { *device = ordinal; return ordinal == 0 ? SUCCESS : INVALID_VALUE; }

CUresult cuDeviceGetName(char *name, int length, CUdevice device) {
    (void)device;
    snprintf(name, (size_t)length, "Simulated GPU");
    return SUCCESS;
}

CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device) {
    (void)device;
    *value = attribute == 75 ? 8 : attribute == 76 ? 9 : -1;
    return *value < 0 ? INVALID_VALUE : SUCCESS;
}

CUresult cuCtxCreate_v2(CUcontext *context, unsigned flags, CUdevice device) {
    (void)flags;
    (void)device;
    *context = &contexts;
    contexts++;
    return SUCCESS;
}

CUresult cuCtxDestroy_v2(CUcontext context) {
    if (context != &contexts || contexts == 0) return INVALID_CONTEXT;
    contexts--;
    free(memory);
    memory = NULL;
    return SUCCESS;
}

int cudaSimulatorContexts(void) { return contexts; }

CUresult cuMemGetInfo_v2(size_t *free_bytes, size_t *total) {
    *free_bytes = 15000000000ull;
    *total = 17000000000ull;
    return contexts ? SUCCESS : INVALID_CONTEXT;
}

CUresult cuModuleLoadData(CUmodule *module, const void *image) {
    if (!contexts) return INVALID_CONTEXT;
#ifdef CUDA_SIMULATOR_bad_ptx
    return INVALID_PTX;
#endif
    *module = strstr(image, ".target sm_75") && strstr(image, ".entry probe(") ? &memory : NULL;
    return *module ? SUCCESS : INVALID_PTX;
}

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
    *function = module;
    return module == &memory && strcmp(name, "probe") == 0 ? SUCCESS : NOT_FOUND;
}

CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t bytes) {
    memory = calloc(1, bytes);
    *address = (CUdeviceptr)(uintptr_t)memory;
    return SUCCESS;
}

CUresult cuLaunchKernel(CUfunction function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
    unsigned shared, CUstream stream, void **arguments, void **extra) {
    if (function != &memory || gy * gz * by * bz != 1 || shared || stream || extra) return INVALID_VALUE;
    CUdeviceptr address = *(CUdeviceptr *)arguments[0];
    uint32_t seed = *(uint32_t *)arguments[1];
    uint32_t *out = (uint32_t *)(uintptr_t)address;
    for (uint32_t i = 0; i < gx * bx; i++) out[i] = i * i + seed;
#ifdef CUDA_SIMULATOR_wrong_result
    out[gx * bx / 2]++;
#endif
    return SUCCESS;
}

CUresult cuCtxSynchronize(void) { return contexts ? SUCCESS : INVALID_CONTEXT; }

CUresult cuMemcpyDtoH_v2(void *host, CUdeviceptr address, size_t bytes) {
    memcpy(host, (void *)(uintptr_t)address, bytes);
    return SUCCESS;
}
