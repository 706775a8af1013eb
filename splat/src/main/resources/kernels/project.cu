// Projection and colour: one thread per Gaussian.

// Spherical harmonics of degree 1 to 3 in direction (x, y, z), red, green and blue added to rgb.
static __device__ void add_harmonics(const Frame& f, int i, float x, float y, float z, float* rgb) {
  int degree = f.sh_degree;
  int k = (degree + 1) * (degree + 1) - 1;
  size_t n = f.count;
  float xx = x * x, yy = y * y, zz = z * z;
  for (int channel = 0; channel < 3; channel++) {
    const float* sh = f.sh + channel * k * n + i;
    float sum = -SH_C1 * y * sh[0] + SH_C1 * z * sh[n] - SH_C1 * x * sh[2 * n];
    if (degree > 1) {
      sum += SH_C2_0 * x * y * sh[3 * n] - SH_C2_0 * y * z * sh[4 * n] + SH_C2_2 * (2.0f * zz - xx - yy) * sh[5 * n] -
             SH_C2_0 * x * z * sh[6 * n] + SH_C2_4 * (xx - yy) * sh[7 * n];
    }
    if (degree > 2) {
      sum += -SH_C3_0 * y * (3.0f * xx - yy) * sh[8 * n] + SH_C3_1 * x * y * z * sh[9 * n] -
             SH_C3_2 * y * (4.0f * zz - xx - yy) * sh[10 * n] +
             SH_C3_3 * z * (2.0f * zz - 3.0f * xx - 3.0f * yy) * sh[11 * n] -
             SH_C3_2 * x * (4.0f * zz - xx - yy) * sh[12 * n] + SH_C3_5 * z * (xx - yy) * sh[13 * n] -
             SH_C3_0 * x * (xx - 3.0f * yy) * sh[14 * n];
    }
    rgb[channel] += sum;
  }
}

// Projected covariance of Gaussian i at (x, y, z) in camera space: xx, xy, yy in square pixels, not dilated.
static __device__ float3 project_covariance(const Frame& f, const View& v, int i, float slope_x, float slope_y,
                                            float inverse_z) {
  float j0 = v.focal * inverse_z;
  float jx = -j0 * within(slope_x, -v.limit_x, v.limit_x);
  float jy = -j0 * within(slope_y, -v.limit_y, v.limit_y);
  float u0 = j0 * v.m00 + jx * v.m20;
  float u1 = j0 * v.m01 + jx * v.m21;
  float u2 = j0 * v.m02 + jx * v.m22;
  float w0 = j0 * v.m10 + jy * v.m20;
  float w1 = j0 * v.m11 + jy * v.m21;
  float w2 = j0 * v.m12 + jy * v.m22;
  size_t n = f.count;
  const float* c = f.posed + 3 * n + i;
  float xx = c[0], xy = c[n], xz = c[2 * n], yy = c[3 * n], yz = c[4 * n], zz = c[5 * n];
  float su0 = xx * u0 + xy * u1 + xz * u2;
  float su1 = xy * u0 + yy * u1 + yz * u2;
  float su2 = xz * u0 + yz * u1 + zz * u2;
  float sw0 = xx * w0 + xy * w1 + xz * w2;
  float sw1 = xy * w0 + yy * w1 + yz * w2;
  float sw2 = xz * w0 + yz * w1 + zz * w2;
  return make_float3(u0 * su0 + u1 * su1 + u2 * su2, w0 * su0 + w1 * su1 + w2 * su2, w0 * sw0 + w1 * sw1 + w2 * sw2);
}

// Tiles on which the Gaussian may be visible: those of its visible box, clipped to the published extent of whole tiles.
static __device__ bool place(const Frame& f, float x, float y, float3 covariance, float determinant, float reach,
                             uint2* extent) {
  float half_width = reach * sqrtf(covariance.x);
  float half_height = reach * sqrtf(covariance.z);
  if (!(x + half_width >= 0.0f) || !(x - half_width <= (float)(f.width - 1)) || !(y + half_height >= 0.0f) ||
      !(y - half_height <= (float)(f.height - 1))) {
    return false;
  }
  int left = whole(ceilf(x - half_width), 0.0f, (float)(f.width - 1)) / TILE;
  int right = whole(floorf(x + half_width), 0.0f, (float)(f.width - 1)) / TILE;
  int top = whole(ceilf(y - half_height), 0.0f, (float)(f.height - 1)) / TILE;
  int bottom = whole(floorf(y + half_height), 0.0f, (float)(f.height - 1)) / TILE;
  if (reach > EXTENT_SIGMAS) {
    float middle = (covariance.x + covariance.z) / 2.0f;
    float largest = middle + sqrtf(fmaxf(MIN_DISCRIMINANT, middle * middle - determinant));
    float radius = ceilf(EXTENT_SIGMAS * sqrtf(largest));
    left = max(left, whole((x - radius) / TILE, 0.0f, (float)f.tiles_x));
    right = min(right, whole((x + radius + (TILE - 1)) / TILE, 0.0f, (float)f.tiles_x) - 1);
    top = max(top, whole((y - radius) / TILE, 0.0f, (float)f.tiles_y));
    bottom = min(bottom, whole((y + radius + (TILE - 1)) / TILE, 0.0f, (float)f.tiles_y) - 1);
  }
  *extent = make_uint2((unsigned)left | (unsigned)right << 16, (unsigned)top | (unsigned)bottom << 16);
  return left <= right && top <= bottom;
}

// Writes the record of Gaussian i; 0 tiles if it is not visible.
static __device__ unsigned project_one(const Frame& f, const View& v, int i, unsigned* depth) {
  size_t n = f.count;
  float mx = f.posed[i];
  float my = f.posed[n + i];
  float mz = f.posed[2 * n + i];
  float z = v.m20 * mx + v.m21 * my + v.m22 * mz + v.m23;
  float opacity = fminf(1.0f, f.opacity[i]);
  // Written so that NaN fails the test.
  if (!(z > v.near_plane) || !(z < MAX_FLOAT) || !(f.opacity[i] >= MIN_ALPHA)) {
    return 0;
  }
  float inverse_z = 1.0f / z;
  float slope_x = (v.m00 * mx + v.m01 * my + v.m02 * mz + v.m03) * inverse_z;
  float slope_y = (v.m10 * mx + v.m11 * my + v.m12 * mz + v.m13) * inverse_z;
  float3 covariance = project_covariance(f, v, i, slope_x, slope_y, inverse_z);
  float thin = covariance.x * covariance.z - covariance.y * covariance.y;
  covariance.x += DILATION;
  covariance.z += DILATION;
  float determinant = covariance.x * covariance.z - covariance.y * covariance.y;
  if (!(determinant > 0.0f) || !(determinant <= MAX_FLOAT)) {
    return 0;
  }
  if (f.antialiased) {
    opacity *= sqrtf(fmaxf(0.0f, thin / determinant));
    if (!(opacity >= MIN_ALPHA)) {
      return 0;
    }
  }
  float x = v.focal * slope_x + v.centre_x;
  float y = v.focal * slope_y + v.centre_y;
  float bias = -log2f(opacity);
  float visible = fmaxf(0.0f, MAX_EXPONENT - bias);
  float reach = sqrtf(visible) * (1.0f / ROOT_HALF_LOG2_E);
  uint2 extent;
  if (!place(f, x, y, covariance, determinant, reach, &extent)) {
    return 0;
  }
  float root = sqrtf(determinant);
  float inverse_root_yy = 1.0f / sqrtf(covariance.z);
  float ux = ROOT_HALF_LOG2_E * sqrtf(covariance.z) / root;
  if (!(ux > 0.0f)) {
    return 0;
  }
  float rgb[3] = {f.colour[i], f.colour[n + i], f.colour[2 * n + i]};
  if (f.sh_degree > 0) {
    float dx = mx - v.eye_x;
    float dy = my - v.eye_y;
    float dz = mz - v.eye_z;
    float inverse = 1.0f / sqrtf(dx * dx + dy * dy + dz * dz);
    add_harmonics(f, i, dx * inverse, dy * inverse, dz * inverse, rgb);
  }
  float4 a = make_float4(x, y, ux, -ux * covariance.y * inverse_root_yy * inverse_root_yy);
  // fmaxf also maps NaN to black.
  float4 b = make_float4(ROOT_HALF_LOG2_E * inverse_root_yy, bias, fmaxf(0.0f, rgb[0]), fmaxf(0.0f, rgb[1]));
  float4 c = make_float4(fmaxf(0.0f, rgb[2]), covariance.y * reach / sqrtf(covariance.x), 1.0f / ux, visible);
  f.record[3 * (size_t)i] = a;
  f.record[3 * (size_t)i + 1] = b;
  f.record[3 * (size_t)i + 2] = c;
  f.extent[i] = extent;
  *depth = __float_as_uint(z);
  return count_tiles(a, b, c, extent);
}

extern "C" __global__ void project(Frame f, Pass pass) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= f.count) {
    return;
  }
  unsigned depth = CULLED;
  unsigned tiles = project_one(f, *f.view, i, &depth);
  f.touched[i] = tiles;
  f.depth_key0[i] = tiles > 0 ? depth : CULLED;
  f.depth_value0[i] = (unsigned)i;
}
