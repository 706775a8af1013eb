// The CUDA constructs that the kernels use, for a C++ compiler and one thread: what stands before the kernels' text.
// A thread of a block is a fiber that runs until it has to wait for others; blocks run one after the other.
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define __global__
#define __device__
// Blocks run one at a time, so what is one copy for all of them is one for each.
#define __shared__ static
#define extern_c extern "C"

struct uint2 { unsigned x, y; };
struct uint3 { unsigned x, y, z; };
struct float3 { float x, y, z; };
struct float4 { float x, y, z, w; };
struct uchar4 { unsigned char x, y, z, w; };
static inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
static inline float3 make_float3(float x, float y, float z) { return {x, y, z}; }
static inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
static inline uchar4 make_uchar4(unsigned char x, unsigned char y, unsigned char z, unsigned char w) { return {x, y, z, w}; }

namespace emulation {
// Waits until all lanes of the warp are here; every lane's value comes back. op tells one kind of meeting from another.
const uint64_t* meet_warp(int op, unsigned mask, uint64_t value);
// Waits until all threads of the block are here; the sum of their values comes back.
unsigned meet_block(unsigned value);
struct Place { uint3 thread, block, block_size, grid_size; };
extern Place here;
}  // namespace emulation

#define threadIdx (emulation::here.thread)
#define blockIdx (emulation::here.block)
#define blockDim (emulation::here.block_size)
#define gridDim (emulation::here.grid_size)

static inline void __syncthreads() { emulation::meet_block(0u); }
static inline int __syncthreads_count(int p) { return (int)emulation::meet_block(p != 0 ? 1u : 0u); }
static inline void __syncwarp() { emulation::meet_warp(1, 0xffffffffu, 0); }
static inline unsigned __ballot_sync(unsigned mask, int p) {
  const uint64_t* all = emulation::meet_warp(2, mask, p != 0);
  unsigned bits = 0u;
  for (int lane = 0; lane < 32; lane++) bits |= (unsigned)all[lane] << lane;
  return bits;
}
static inline int __any_sync(unsigned mask, int p) { return __ballot_sync(mask, p) != 0u; }
static inline unsigned __match_any_sync(unsigned mask, unsigned value) {
  const uint64_t* all = emulation::meet_warp(3, mask, value);
  unsigned bits = 0u;
  for (int lane = 0; lane < 32; lane++) bits |= (all[lane] == value ? 1u : 0u) << lane;
  return bits;
}
static inline unsigned __shfl_sync(unsigned mask, unsigned value, int from) {
  return (unsigned)emulation::meet_warp(4, mask, value)[from & 31];
}
static inline unsigned __shfl_up_sync(unsigned mask, unsigned value, unsigned step) {
  const uint64_t* all = emulation::meet_warp(5, mask, value);
  unsigned lane = threadIdx.x & 31u;
  return (unsigned)all[lane >= step ? lane - step : lane];
}
static inline unsigned atomicAdd(unsigned* address, unsigned value) {
  unsigned before = *address;
  *address = before + value;
  return before;
}
static inline int __ffs(int value) { return __builtin_ffs(value); }
static inline int __popc(unsigned value) { return __builtin_popcount(value); }
static inline unsigned __float_as_uint(float value) {
  unsigned bits;
  memcpy(&bits, &value, 4);
  return bits;
}
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fsub_rn(float a, float b) { return a - b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fsqrt_rn(float a) { return sqrtf(a); }
static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }
