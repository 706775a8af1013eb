// Number of instances before each Gaussian in drawing order: sums of blocks, their scan, then a scan within each block.

// Tiles reached by the j-th Gaussian in drawing order: nearest first, or with wide keys in model order.
static __device__ unsigned touched_at(const Frame& f, int j) {
  if (j >= f.count) {
    return 0u;
  }
  return f.touched[f.wide_keys ? (unsigned)j : f.depth_value0[j]];
}

// Inclusive prefix sum over the lanes of a warp.
template <typename Sum>
static __device__ Sum warp_prefix(Sum value) {
  int lane = threadIdx.x & 31;
  for (int step = 1; step < 32; step *= 2) {
    Sum before = __shfl_up_sync(FULL_WARP, value, step);
    value += lane >= step ? before : (Sum)0;
  }
  return value;
}

// Inclusive prefix sum over a block of whole warps, at most SCAN_THREADS threads; the total in *total.
template <typename Sum>
static __device__ Sum block_prefix(Sum value, Sum* total) {
  __shared__ Sum warp_sum[SCAN_THREADS / 32];
  int warp = threadIdx.x >> 5;
  Sum prefix = warp_prefix(value);
  if ((threadIdx.x & 31) == 31) {
    warp_sum[warp] = prefix;
  }
  __syncthreads();
  Sum before = 0;
  Sum all = 0;
  for (int w = 0; w < (int)(blockDim.x >> 5); w++) {
    before += w < warp ? warp_sum[w] : (Sum)0;
    all += warp_sum[w];
  }
  __syncthreads();
  *total = all;
  return before + prefix;
}

// One block per SCAN_BLOCK Gaussians.
extern "C" __global__ void scan_sums(Frame f, Pass pass) {
  int first = blockIdx.x * SCAN_BLOCK + threadIdx.x * SCAN_ITEMS;
  unsigned sum = 0u;
  for (int k = 0; k < SCAN_ITEMS; k++) {
    sum += touched_at(f, first + k);
  }
  unsigned total;
  block_prefix(sum, &total);
  if (threadIdx.x == 0) {
    f.block_sum[blockIdx.x] = total;
  }
}

// A single block. Converts the sums of blocks to exclusive prefix sums and writes the number of instances, which may
// exceed 32 bits where many Gaussians fill a large image.
extern "C" __global__ void scan_totals(Frame f, Pass pass) {
  int blocks = (f.count + SCAN_BLOCK - 1) / SCAN_BLOCK;
  unsigned long long before = 0ull;
  for (int first = 0; first < blocks; first += SCAN_THREADS) {
    int at = first + threadIdx.x;
    unsigned long long value = at < blocks ? f.block_sum[at] : 0ull;
    unsigned long long total;
    unsigned long long prefix = block_prefix(value, &total) - value;
    if (at < blocks) {
      // Far beyond any capacity the count need not be exact, but must not wrap around.
      unsigned long long here = before + prefix;
      f.block_sum[at] = here < OFFSET_LIMIT ? (unsigned)here : OFFSET_LIMIT;
    }
    before += total;
  }
  if (threadIdx.x == 0) {
    f.counter[COUNTER_NEEDED_LOW] = (unsigned)before;
    f.counter[COUNTER_NEEDED_HIGH] = (unsigned)(before >> 32);
    f.counter[COUNTER_INSTANCES] = before < f.capacity ? (unsigned)before : f.capacity;
    f.counter[COUNTER_OVERFLOW] = before > f.capacity ? 1u : 0u;
  }
}

// Launched like scan_sums.
extern "C" __global__ void scan_offsets(Frame f, Pass pass) {
  int first = blockIdx.x * SCAN_BLOCK + threadIdx.x * SCAN_ITEMS;
  unsigned sum = 0u;
  for (int k = 0; k < SCAN_ITEMS; k++) {
    sum += touched_at(f, first + k);
  }
  unsigned total;
  unsigned before = f.block_sum[blockIdx.x] + block_prefix(sum, &total) - sum;
  for (int k = 0; k < SCAN_ITEMS; k++) {
    if (first + k < f.count) {
      f.offset[first + k] = before;
      before += touched_at(f, first + k);
    }
  }
}
