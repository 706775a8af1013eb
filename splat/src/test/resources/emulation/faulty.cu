// One fault per kernel, which a device may tolerate for years; and two correct kernels, for which the checks must
// report nothing.
extern "C" __global__ void beyond_the_end(Frame f, Pass pass) { f.offset[threadIdx.x + 1] = 1u; }

extern "C" __global__ void read_unwritten(Frame f, Pass pass) { f.offset[threadIdx.x] = f.touched[threadIdx.x]; }

extern "C" __global__ void shared_unwritten(Frame f, Pass pass) {
  __shared__ unsigned own[64];
  if (threadIdx.x > 0) own[threadIdx.x] = 1u;
  f.offset[threadIdx.x] = own[threadIdx.x];
}

extern "C" __global__ void no_barrier(Frame f, Pass pass) {
  __shared__ unsigned own[64];
  own[threadIdx.x] = 0u;
  __syncthreads();
  own[threadIdx.x] = 1u;
  f.offset[threadIdx.x] = own[threadIdx.x ^ 32u];
}

// Assumes that a warp runs in lockstep, as on old devices.
extern "C" __global__ void no_warp_barrier(Frame f, Pass pass) {
  __shared__ unsigned own[64];
  own[threadIdx.x] = 1u;
  bool any = __any_sync(FULL_WARP, threadIdx.x == 0);
  f.offset[threadIdx.x] = own[threadIdx.x ^ 1u] + (any ? 1u : 0u);
}

extern "C" __global__ void overwritten_too_early(Frame f, Pass pass) {
  __shared__ unsigned one;
  for (unsigned k = 0u; k < 2u; k++) {
    if (threadIdx.x == 0) one = k;
    __syncthreads();
    f.offset[threadIdx.x] = one;
  }
}

extern "C" __global__ void two_blocks(Frame f, Pass pass) {
  if (threadIdx.x == 0) f.offset[0] = blockIdx.x;
}

extern "C" __global__ void two_barriers(Frame f, Pass pass) {
  if (threadIdx.x < 32) {
    __syncthreads();
  } else {
    __syncthreads();
  }
}

extern "C" __global__ void half_a_warp(Frame f, Pass pass) {
  if ((threadIdx.x & 31) < 16) __syncwarp();
}

extern "C" __global__ void misaligned(Frame f, Pass pass) {
  float4* odd = (float4*)((float*)f.record + 1);
  odd->x = 1.0f;
}

extern "C" __global__ void too_large_for_an_int(Frame f, Pass pass) { f.offset[threadIdx.x] = (int)(3e9f + threadIdx.x); }

extern "C" __global__ void faultless_barriers(Frame f, Pass pass) {
  __shared__ unsigned own[64];
  own[threadIdx.x] = 1u;
  __syncwarp();
  unsigned near = own[threadIdx.x ^ 1u];
  __syncthreads();
  f.offset[threadIdx.x] = near + own[threadIdx.x ^ 32u];
}

extern "C" __global__ void faultless_atomics(Frame f, Pass pass) {
  __shared__ unsigned sum;
  if (threadIdx.x == 0) sum = 0u;
  __syncthreads();
  atomicAdd(&sum, 1u);
  __syncthreads();
  f.offset[threadIdx.x] = sum;
}
