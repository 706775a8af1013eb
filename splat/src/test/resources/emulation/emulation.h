// The CUDA constructs that the kernels use, for a C++ compiler and one thread; included before the kernels' source. A
// thread of a block is a fiber that runs until it has to wait for others; blocks run one after the other.
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define __global__
#define __device__
// Blocks run one at a time, so one static copy serves as shared memory of each. Kernels have no other static data: the
// whole data section is shared memory, overwritten with garbage before each block, since a device clears nothing.
#define __shared__ static
#define extern_c extern "C"

// Aligned as on the device, where a vector is loaded by one instruction.
struct alignas(8) uint2 { unsigned x, y; };
struct uint3 { unsigned x, y, z; };
struct float3 { float x, y, z; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(4) uchar4 { unsigned char x, y, z, w; };
static inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
static inline float3 make_float3(float x, float y, float z) { return {x, y, z}; }
static inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
static inline uchar4 make_uchar4(unsigned char x, unsigned char y, unsigned char z, unsigned char w) { return {x, y, z, w}; }

namespace emulation {
// The source location identifies a barrier: all threads must meet at the same one.
unsigned meet_block(int place, unsigned value);
void meet_warp(int place);
unsigned ballot(int place, unsigned mask, int p);
unsigned match(int place, unsigned mask, unsigned value);
uint64_t shuffle(int place, unsigned mask, uint64_t value, int from);
uint64_t shuffle_up(int place, unsigned mask, uint64_t value, unsigned step);
unsigned add(unsigned* address, unsigned value);
struct Place { uint3 thread, block, block_size, grid_size; };
extern Place here;
}  // namespace emulation

#define threadIdx (emulation::here.thread)
#define blockIdx (emulation::here.block)
#define blockDim (emulation::here.block_size)
#define gridDim (emulation::here.grid_size)

#define __syncthreads() ((void)emulation::meet_block(__COUNTER__, 0u))
#define __syncthreads_count(p) ((int)emulation::meet_block(__COUNTER__, (p) ? 1u : 0u))
#define __syncwarp() emulation::meet_warp(__COUNTER__)
#define __ballot_sync(mask, p) emulation::ballot(__COUNTER__, mask, p)
#define __any_sync(mask, p) (emulation::ballot(__COUNTER__, mask, p) != 0u)
#define __match_any_sync(mask, value) emulation::match(__COUNTER__, mask, value)
// Not for types wider than 8 bytes or signed types.
#define __shfl_sync(mask, value, from) ((decltype(value))emulation::shuffle(__COUNTER__, mask, value, from))
#define __shfl_up_sync(mask, value, step) ((decltype(value))emulation::shuffle_up(__COUNTER__, mask, value, step))
#define atomicAdd(address, value) emulation::add(address, value)
static inline int __ffs(int value) { return __builtin_ffs(value); }
static inline int __popc(unsigned value) { return __builtin_popcount(value); }
static inline unsigned __float_as_uint(float value) {
  unsigned bits;
  memcpy(&bits, &value, 4);
  return bits;
}
// Never part of a fused operation, for any compiler options.
#define rounded static __attribute__((noinline)) float
rounded __fadd_rn(float a, float b) { return a + b; }
rounded __fsub_rn(float a, float b) { return a - b; }
rounded __fmul_rn(float a, float b) { return a * b; }
rounded __fsqrt_rn(float a) { return sqrtf(a); }
static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }
