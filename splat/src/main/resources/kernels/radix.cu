// One pass of a stable radix sort by one digit of 8 bits: digits of each block counted, counts scanned, items placed.
// A block processes RADIX_BLOCK consecutive items, a warp a run of them, in steps of 32 neighbours.

// Sizes of the two sorts: by depth, all Gaussians; by tile, as many instances as there are.
static __device__ unsigned items_by_depth(const Frame& f) { return (unsigned)f.count; }
static __device__ unsigned items_by_tile(const Frame& f) { return f.counter[COUNTER_INSTANCES]; }

template <typename Key>
static __device__ unsigned digit_of(Key key, int shift) {
  return (unsigned)(key >> shift) & (RADIX - 1);
}

// histogram[digit, block] = items of this block with the digit.
template <typename Key>
static __device__ void count_digits(const Frame& f, const Key* keys, unsigned items, int shift) {
  __shared__ unsigned counts[RADIX];
  unsigned first = blockIdx.x * RADIX_BLOCK;
  if (first >= items) {
    return;
  }
  counts[threadIdx.x] = 0u;
  __syncthreads();
  for (unsigned k = threadIdx.x; k < RADIX_BLOCK; k += RADIX_THREADS) {
    if (first + k < items) {
      atomicAdd(&counts[digit_of(keys[first + k], shift)], 1u);
    }
  }
  __syncthreads();
  f.histogram[threadIdx.x * (size_t)f.radix_blocks + blockIdx.x] = counts[threadIdx.x];
}

// One block per digit, of one warp if that is enough: histogram[digit, *] becomes the items with the digit in the
// blocks before.
static __device__ void scan_digit(const Frame& f, unsigned items) {
  int blocks = (int)((items + RADIX_BLOCK - 1) / RADIX_BLOCK);
  unsigned* row = f.histogram + blockIdx.x * (size_t)f.radix_blocks;
  unsigned before = 0u;
  for (int first = 0; first < blocks; first += (int)blockDim.x) {
    int at = first + threadIdx.x;
    unsigned value = at < blocks ? row[at] : 0u;
    unsigned total;
    unsigned prefix = block_prefix(value, &total) - value;
    if (at < blocks) {
      row[at] = before + prefix;
    }
    before += total;
  }
  if (threadIdx.x == 0) {
    f.digit_total[blockIdx.x] = before;
  }
}

template <typename Key>
static __device__ void place_items(const Frame& f, const Key* keys, const unsigned* values, Key* keys_out,
                                   unsigned* values_out, unsigned items, int shift) {
  // First the number of items per digit and warp, then the position of the next one.
  __shared__ unsigned next[RADIX_WARPS][RADIX];
  unsigned first = blockIdx.x * RADIX_BLOCK;
  if (first >= items) {
    return;
  }
  int lane = threadIdx.x & 31;
  int warp = threadIdx.x >> 5;
  for (int w = 0; w < RADIX_WARPS; w++) {
    next[w][threadIdx.x] = 0u;
  }
  __syncthreads();
  unsigned start = first + warp * (RADIX_BLOCK / RADIX_WARPS) + lane;
  for (int k = 0; k < RADIX_ITEMS; k++) {
    unsigned at = start + 32 * k;
    if (at < items) {
      atomicAdd(&next[warp][digit_of(keys[at], shift)], 1u);
    }
  }
  __syncthreads();
  unsigned unused;
  unsigned total = f.digit_total[threadIdx.x];
  unsigned place = block_prefix(total, &unused) - total;
  place += f.histogram[threadIdx.x * (size_t)f.radix_blocks + blockIdx.x];
  for (int w = 0; w < RADIX_WARPS; w++) {
    unsigned here = next[w][threadIdx.x];
    next[w][threadIdx.x] = place;
    place += here;
  }
  __syncthreads();
  for (int k = 0; k < RADIX_ITEMS; k++) {
    unsigned at = start + 32 * k;
    bool present = at < items;
    Key key = present ? keys[at] : (Key)0;
    unsigned digit = present ? digit_of(key, shift) : (unsigned)RADIX;
    unsigned alike = __match_any_sync(FULL_WARP, digit);
    unsigned rank = (unsigned)__popc(alike & ((1u << lane) - 1u));
    unsigned base = present ? next[warp][digit] : 0u;
    __syncwarp();
    if (present) {
      if (rank == 0u) {
        next[warp][digit] = base + (unsigned)__popc(alike);
      }
      keys_out[base + rank] = key;
      values_out[base + rank] = values[at];
    }
    __syncwarp();
  }
}

extern "C" __global__ void count_depth_digits(Frame f, Pass pass) {
  count_digits<unsigned>(f, pass.from ? f.depth_key1 : f.depth_key0, items_by_depth(f), pass.shift);
}

extern "C" __global__ void scan_depth_digits(Frame f, Pass pass) { scan_digit(f, items_by_depth(f)); }

extern "C" __global__ void place_depths(Frame f, Pass pass) {
  bool flip = pass.from != 0;
  place_items<unsigned>(f, flip ? f.depth_key1 : f.depth_key0, flip ? f.depth_value1 : f.depth_value0,
                        flip ? f.depth_key0 : f.depth_key1, flip ? f.depth_value0 : f.depth_value1, items_by_depth(f),
                        pass.shift);
}

extern "C" __global__ void count_tile_digits(Frame f, Pass pass) {
  count_digits<unsigned>(f, (const unsigned*)(pass.from ? f.tile_key1 : f.tile_key0), items_by_tile(f), pass.shift);
}

extern "C" __global__ void scan_tile_digits(Frame f, Pass pass) { scan_digit(f, items_by_tile(f)); }

extern "C" __global__ void place_tiles(Frame f, Pass pass) {
  bool flip = pass.from != 0;
  place_items<unsigned>(f, (const unsigned*)(flip ? f.tile_key1 : f.tile_key0), flip ? f.tile_value1 : f.tile_value0,
                        (unsigned*)(flip ? f.tile_key0 : f.tile_key1), flip ? f.tile_value0 : f.tile_value1,
                        items_by_tile(f), pass.shift);
}

extern "C" __global__ void count_wide_digits(Frame f, Pass pass) {
  count_digits<unsigned long long>(f, pass.from ? f.tile_key1 : f.tile_key0, items_by_tile(f), pass.shift);
}

extern "C" __global__ void place_wide(Frame f, Pass pass) {
  bool flip = pass.from != 0;
  place_items<unsigned long long>(f, flip ? f.tile_key1 : f.tile_key0, flip ? f.tile_value1 : f.tile_value0,
                                  flip ? f.tile_key0 : f.tile_key1, flip ? f.tile_value0 : f.tile_value1,
                                  items_by_tile(f), pass.shift);
}
