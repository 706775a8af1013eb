// Arguments of every kernel. The host parses this text for the layout of the structures, so there is no second copy to
// keep in step: one field per line, each a pointer (8 bytes), int, unsigned or float (4 bytes).

// Values that change from frame to frame; in device memory.
struct View {
  float m00; float m01; float m02; float m03;  // model to camera, rigid, row-major
  float m10; float m11; float m12; float m13;
  float m20; float m21; float m22; float m23;
  float eye_x; float eye_y; float eye_z;       // the camera in model space
  float focal;                                 // pixels
  float centre_x; float centre_y;              // principal point in pixels; with it the sample of pixel i is at i
  float limit_x; float limit_y;                // largest |x/z| and |y/z| at which the Jacobian is taken
  float near_plane;                            // model units
  float background_red; float background_green; float background_blue;  // 0..1
};

// Values that are constant until model, size or a buffer changes; passed by value. n Gaussians, w x h pixels, t tiles,
// c instances.
struct Frame {
  const View* view;             // [1]
  // The model at rest.
  const float* rest;            // [9, n] centre x y z (model units), covariance xx xy xz yy yz zz (square units)
  const float* opacity;         // [n] 0..1
  const float* colour;          // [3, n] red, green, blue, view-independent
  const float* sh;              // [3 * k, n] coefficient j of channel c at row c * k + j; k = (degree + 1)^2 - 1
  // The rig, if the device poses; otherwise null.
  const int* morph_start;       // [n + 1] first displacement of each Gaussian
  const int* morph_target;      // [displacements] which weight
  const float* morph_delta;     // [3, displacements] at weight 1, model units
  const int* joint_index;       // [4, n]
  const float* joint_weight;    // [4, n] each column sums to 1
  const float* pose;            // [targets] weights, then [12, joints] transforms row-major, then [4, joints] quaternions wxyz
  // Each Gaussian of this frame.
  float* posed;                 // [9, n] as rest
  float4* record;               // [n, 3] see project.cu
  uint2* extent;                // [n] tiles: x first | last << 16, y first | last << 16
  unsigned* touched;            // [n] tiles reached
  unsigned* offset;             // [n] instances before each, in drawing order
  unsigned* block_sum;          // [ceil(n / SCAN_BLOCK)] instances of each scan block, then those before it
  // Sorting: two of each, used alternately.
  unsigned* depth_key0;         // [n] bits of the depth; CULLED if not visible
  unsigned* depth_key1;
  unsigned* depth_value0;       // [n] Gaussian
  unsigned* depth_value1;
  unsigned long long* tile_key0;  // [c] tile << 32 | depth bits; 32-bit tiles only, if depth is sorted first
  unsigned long long* tile_key1;
  unsigned* tile_value0;        // [c] Gaussian
  unsigned* tile_value1;
  unsigned* histogram;          // [RADIX, radix_blocks] digits of each sort block, then those before it
  unsigned* digit_total;        // [RADIX]
  // The image.
  uint2* range;                 // [t] first instance of each tile and end (exclusive)
  unsigned* counter;            // [COUNTERS] see rules
  uchar4* pixel;                // [h, w] blue, green, red, 255
  unsigned* bgr;                // [ceil(w * h / 4) * 3] three bytes per pixel, no padding
  int count;                    // n
  int sh_degree;                // 0..3
  int antialiased;              // 1: opacities are compensated for the dilation
  int targets;
  int joints;
  int displacements;
  int width;
  int height;
  int tiles_x;
  int tiles_y;
  unsigned capacity;            // c
  int radix_blocks;             // columns of histogram
  int wide_keys;                // 1: one sort of tile and depth; 0: depth first, then tiles in that order
};

// Selects one of several similar launches.
struct Pass {
  int shift;                    // lowest bit of the digit sorted by
  int from;                     // which of the two buffers holds the input: 0 or 1
};
