// Start and end of the instances of each tile. pass.from is the buffer that the last sort wrote to.

static __device__ unsigned tile_at(const Frame& f, int from, unsigned k) {
  const unsigned long long* keys = from ? f.tile_key1 : f.tile_key0;
  return f.wide_keys ? (unsigned)(keys[k] >> 32) : ((const unsigned*)keys)[k];
}

// One thread per instance.
extern "C" __global__ void tile_ranges(Frame f, Pass pass) {
  unsigned k = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned items = f.counter[COUNTER_INSTANCES];
  if (k >= items) {
    return;
  }
  unsigned tile = tile_at(f, pass.from, k);
  if (k == 0u || tile_at(f, pass.from, k - 1u) != tile) {
    f.range[tile].x = k;
  }
  if (k == items - 1u || tile_at(f, pass.from, k + 1u) != tile) {
    f.range[tile].y = k + 1u;
  }
}
