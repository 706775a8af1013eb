// The visible ellipse of a Gaussian. Its record is three float4:
//   [0] centre x, centre y (pixels), ux, uy
//   [1] vy, bias, red, green
//   [2] blue, lean, 1 / ux, MAX_EXPONENT - bias
// With d = pixel - centre, u = ux dx + uy dy and v = vy dy, alpha is 2^-(u^2 + v^2 + bias): a sum of squares cannot turn
// positive by rounding, and the test for MIN_ALPHA is a comparison of the exponent with MAX_EXPONENT. lean is the
// distance below the centre of the row where the visible ellipse is widest to the right, in pixels.

static __device__ float within(float value, float low, float high) {
  return fminf(fmaxf(value, low), high);
}

// Converts any float to an int, clamped; NaN becomes low.
static __device__ int whole(float value, float low, float high) {
  return (int)within(value, low, high);
}

// First and last pixel column that the ellipse reaches in rows top to bottom; false when it reaches none of the rows.
// Counting tiles and listing them must agree bit for bit in every kernel, so the compiler must not choose how to fuse.
static __device__ bool columns(const float4 a, const float4 b, const float4 c, float top, float bottom, float* first,
                               float* last) {
  float low = __fsub_rn(top, a.y);
  float high = __fsub_rn(bottom, a.y);
  float nearest = __fmul_rn(b.x, within(0.0f, low, high));
  if (__fmul_rn(nearest, nearest) > c.w) {
    return false;
  }
  float right_row = within(c.y, low, high);
  float left_row = within(-c.y, low, high);
  float right_v = __fmul_rn(b.x, right_row);
  float left_v = __fmul_rn(b.x, left_row);
  float right_root = __fsqrt_rn(fmaxf(0.0f, __fsub_rn(c.w, __fmul_rn(right_v, right_v))));
  float left_root = __fsqrt_rn(fmaxf(0.0f, __fsub_rn(c.w, __fmul_rn(left_v, left_v))));
  *first = ceilf(__fadd_rn(a.x, __fmul_rn(c.z, __fsub_rn(-left_root, __fmul_rn(a.w, left_row)))));
  *last = floorf(__fadd_rn(a.x, __fmul_rn(c.z, __fsub_rn(right_root, __fmul_rn(a.w, right_row)))));
  return *first <= *last;
}

// First tile column of tile row y that the ellipse reaches, within extent; width in *columns_reached, 0 for none.
static __device__ int tile_span(const float4 a, const float4 b, const float4 c, uint2 extent, int y, int* columns_reached) {
  int left = (int)(extent.x & 0xffffu);
  int right = (int)(extent.x >> 16);
  float first, last;
  *columns_reached = 0;
  if (!columns(a, b, c, (float)(TILE * y), (float)(TILE * y + TILE - 1), &first, &last)) {
    return left;
  }
  float high = (float)(TILE * right + TILE - 1);
  float low = (float)(TILE * left);
  if (first > high || last < low) {
    return left;
  }
  int from = whole(first, low, high) / TILE;
  int to = whole(last, low, high) / TILE;
  *columns_reached = to - from + 1;
  return from;
}

// Tiles that the ellipse reaches within extent.
static __device__ unsigned count_tiles(const float4 a, const float4 b, const float4 c, uint2 extent) {
  unsigned sum = 0;
  int bottom = (int)(extent.y >> 16);
  for (int y = (int)(extent.y & 0xffffu); y <= bottom; y++) {
    int reached;
    tile_span(a, b, c, extent, y, &reached);
    sum += (unsigned)reached;
  }
  return sum;
}
