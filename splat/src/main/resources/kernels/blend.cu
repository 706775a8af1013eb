// Blends front to back, one block per tile. A warp owns a quarter of 8 x 8 pixels, a thread two of them, four rows
// apart. Gaussians are fetched BLEND_THREADS at a time; each is tested once against the four quarters, so that a warp
// processes only those that reach its own.

// Bit q: the ellipse reaches quarter q of the tile at (left, top); q = 0, 1 above, 2, 3 below.
static __device__ unsigned quarters(const float4 a, const float4 b, const float4 c, float left, float top) {
  unsigned mask = 0u;
  for (int half = 0; half < 2; half++) {
    float first, last;
    float row = top + 8.0f * half;
    if (columns(a, b, c, row, row + 7.0f, &first, &last)) {
      mask |= (first <= left + 7.0f && last >= left ? 1u : 0u) << (2 * half);
      mask |= (first <= left + 15.0f && last >= left + 8.0f ? 2u : 0u) << (2 * half);
    }
  }
  return mask;
}

struct Ray {
  float red, green, blue;
  float transmittance;  // 0 when the pixel is finished
  float rest;           // transmittance of the background
};

static __device__ void add(Ray* ray, float exponent, float red, float green, float blue) {
  if (exponent <= MAX_EXPONENT) {
    float alpha = fminf(MAX_ALPHA, exp2f(-exponent));
    float left = ray->transmittance * (1.0f - alpha);
    if (left < MIN_TRANSMITTANCE) {
      ray->transmittance = 0.0f;
    } else {
      float weight = alpha * ray->transmittance;
      ray->red += red * weight;
      ray->green += green * weight;
      ray->blue += blue * weight;
      ray->transmittance = left;
      ray->rest = left;
    }
  }
}

static __device__ unsigned char level(float value) { return (unsigned char)whole(value * 255.0f + 0.5f, 0.0f, 255.0f); }

static __device__ void show(const Frame& f, int x, int y, const Ray& ray) {
  if (x < f.width && y < f.height) {
    const View& v = *f.view;
    f.pixel[y * (size_t)f.width + x] =
        make_uchar4(level(ray.blue + ray.rest * v.background_blue), level(ray.green + ray.rest * v.background_green),
                    level(ray.red + ray.rest * v.background_red), 255);
  }
}

extern "C" __global__ void blend(Frame f, Pass pass) {
  __shared__ float4 batch_a[BLEND_THREADS];
  __shared__ float4 batch_b[BLEND_THREADS];
  __shared__ float batch_blue[BLEND_THREADS];
  __shared__ unsigned batch_quarters[BLEND_THREADS];
  int tile_x = blockIdx.x % f.tiles_x;
  int tile_y = blockIdx.x / f.tiles_x;
  int lane = threadIdx.x & 31;
  int warp = threadIdx.x >> 5;
  int x = TILE * tile_x + 8 * (warp & 1) + (lane & 7);
  int y = TILE * tile_y + 8 * (warp >> 1) + (lane >> 3);
  const unsigned* values = pass.from ? f.tile_value1 : f.tile_value0;
  uint2 range = f.range[blockIdx.x];
  Ray upper = {0.0f, 0.0f, 0.0f, x < f.width && y < f.height ? 1.0f : 0.0f, 1.0f};
  Ray lower = {0.0f, 0.0f, 0.0f, x < f.width && y + 4 < f.height ? 1.0f : 0.0f, 1.0f};
  for (unsigned first = range.x; first < range.y; first += BLEND_THREADS) {
    bool live = upper.transmittance > 0.0f || lower.transmittance > 0.0f;
    // Also retains the batch until all threads have read it.
    if (__syncthreads_count(live) == 0) {
      break;
    }
    unsigned reached = 0u;
    if (first + threadIdx.x < range.y) {
      const float4* record = f.record + 3 * (size_t)values[first + threadIdx.x];
      float4 a = record[0], b = record[1], c = record[2];
      batch_a[threadIdx.x] = a;
      batch_b[threadIdx.x] = b;
      batch_blue[threadIdx.x] = c.x;
      reached = quarters(a, b, c, (float)(TILE * tile_x), (float)(TILE * tile_y));
    }
    batch_quarters[threadIdx.x] = reached;
    __syncthreads();
    if (__any_sync(FULL_WARP, live)) {
      for (int run = 0; run < BLEND_THREADS; run += 32) {
        unsigned mine = __ballot_sync(FULL_WARP, (batch_quarters[run + lane] >> warp & 1u) != 0u);
        while (mine != 0u) {
          int j = run + __ffs((int)mine) - 1;
          mine &= mine - 1u;
          float4 a = batch_a[j];
          float4 b = batch_b[j];
          float dx = (float)x - a.x;
          float dy = (float)y - a.y;
          float u = a.z * dx + a.w * dy;
          float v = b.x * dy;
          add(&upper, u * u + v * v + b.y, b.z, b.w, batch_blue[j]);
          u += 4.0f * a.w;
          v += 4.0f * b.x;
          add(&lower, u * u + v * v + b.y, b.z, b.w, batch_blue[j]);
        }
      }
    }
  }
  show(f, x, y, upper);
  show(f, x, y + 4, lower);
}
