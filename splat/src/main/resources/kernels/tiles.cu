// Lists every Gaussian once for each tile that it reaches. One thread per Gaussian in drawing order; one that reaches
// many tiles is listed by its whole warp, one tile row per lane.

static __device__ void list_tile(const Frame& f, unsigned at, int x, int y, unsigned gaussian, unsigned depth) {
  if (at < f.capacity) {
    unsigned tile = (unsigned)(y * f.tiles_x + x);
    if (f.wide_keys) {
      f.tile_key0[at] = (unsigned long long)tile << 32 | depth;
    } else {
      ((unsigned*)f.tile_key0)[at] = tile;
    }
    f.tile_value0[at] = gaussian;
  }
}

static __device__ unsigned list_row(const Frame& f, unsigned at, int x, int width, int y, unsigned gaussian, unsigned depth) {
  for (int k = 0; k < width; k++) {
    list_tile(f, at + (unsigned)k, x + k, y, gaussian, depth);
  }
  return at + (unsigned)width;
}

static __device__ void list_alone(const Frame& f, unsigned gaussian, unsigned at, unsigned depth) {
  const float4* record = f.record + 3 * (size_t)gaussian;
  float4 a = record[0], b = record[1], c = record[2];
  uint2 extent = f.extent[gaussian];
  int bottom = (int)(extent.y >> 16);
  for (int y = (int)(extent.y & 0xffffu); y <= bottom; y++) {
    int width;
    int x = tile_span(a, b, c, extent, y, &width);
    at = list_row(f, at, x, width, y, gaussian, depth);
  }
}

static __device__ void list_together(const Frame& f, unsigned gaussian, unsigned at, unsigned depth) {
  int lane = threadIdx.x & 31;
  const float4* record = f.record + 3 * (size_t)gaussian;
  float4 a = record[0], b = record[1], c = record[2];
  uint2 extent = f.extent[gaussian];
  int bottom = (int)(extent.y >> 16);
  for (int first = (int)(extent.y & 0xffffu); first <= bottom; first += 32) {
    int y = first + lane;
    int width = 0;
    int x = 0;
    if (y <= bottom) {
      x = tile_span(a, b, c, extent, y, &width);
    }
    unsigned prefix = warp_prefix((unsigned)width);
    list_row(f, at + prefix - (unsigned)width, x, width, y, gaussian, depth);
    at += __shfl_sync(FULL_WARP, prefix, 31);
  }
}

extern "C" __global__ void list_tiles(Frame f, Pass pass) {
  int j = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned gaussian = 0u, at = 0u, depth = 0u, tiles = 0u;
  if (j < f.count) {
    gaussian = f.wide_keys ? (unsigned)j : f.depth_value0[j];
    depth = f.depth_key0[j];
    at = f.offset[j];
    tiles = f.touched[gaussian];
  }
  bool many = tiles > MANY_TILES;
  if (tiles > 0u && !many) {
    list_alone(f, gaussian, at, depth);
  }
  unsigned waiting = __ballot_sync(FULL_WARP, many);
  while (waiting != 0u) {
    int lane = __ffs((int)waiting) - 1;
    waiting &= waiting - 1u;
    list_together(f, __shfl_sync(FULL_WARP, gaussian, lane), __shfl_sync(FULL_WARP, at, lane),
                  __shfl_sync(FULL_WARP, depth, lane));
  }
}
