// Clears the counters of a frame.

// One thread per tile.
extern "C" __global__ void begin_frame(Frame f, Pass pass) {
  int tile = blockIdx.x * blockDim.x + threadIdx.x;
  if (tile < f.tiles_x * f.tiles_y) {
    f.range[tile] = make_uint2(0u, 0u);
  }
  if (tile < COUNTERS) {
    f.counter[tile] = 0u;
  }
}
