// Blendshapes, then linear blend skinning: x = sum_j w_j M_j (x0 + sum_k b_k delta_k). Covariances turn with the blend of
// the joints' quaternions, which is a rotation, whereas blended matrices would shear them.

struct Turn {
  float r00, r01, r02, r10, r11, r12, r20, r21, r22;
};

// The rotation of a quaternion of any length but 0.
static __device__ Turn turn_of(float w, float x, float y, float z) {
  float s = 2.0f / (w * w + x * x + y * y + z * z);
  Turn t;
  t.r00 = 1.0f - s * (y * y + z * z);
  t.r01 = s * (x * y - w * z);
  t.r02 = s * (x * z + w * y);
  t.r10 = s * (x * y + w * z);
  t.r11 = 1.0f - s * (x * x + z * z);
  t.r12 = s * (y * z - w * x);
  t.r20 = s * (x * z - w * y);
  t.r21 = s * (y * z + w * x);
  t.r22 = 1.0f - s * (x * x + y * y);
  return t;
}

// posed covariance = R * rest covariance * R^T
static __device__ void turn_covariance(const Frame& f, int i, const Turn& t) {
  int n = f.count;
  const float* c = f.rest + 3 * (size_t)n + i;
  float xx = c[0], xy = c[n], xz = c[2 * (size_t)n];
  float yy = c[3 * (size_t)n], yz = c[4 * (size_t)n], zz = c[5 * (size_t)n];
  float a0 = t.r00 * xx + t.r01 * xy + t.r02 * xz;
  float a1 = t.r00 * xy + t.r01 * yy + t.r02 * yz;
  float a2 = t.r00 * xz + t.r01 * yz + t.r02 * zz;
  float b0 = t.r10 * xx + t.r11 * xy + t.r12 * xz;
  float b1 = t.r10 * xy + t.r11 * yy + t.r12 * yz;
  float b2 = t.r10 * xz + t.r11 * yz + t.r12 * zz;
  float c0 = t.r20 * xx + t.r21 * xy + t.r22 * xz;
  float c1 = t.r20 * xy + t.r21 * yy + t.r22 * yz;
  float c2 = t.r20 * xz + t.r21 * yz + t.r22 * zz;
  float* out = f.posed + 3 * (size_t)n + i;
  out[0] = a0 * t.r00 + a1 * t.r01 + a2 * t.r02;
  out[n] = a0 * t.r10 + a1 * t.r11 + a2 * t.r12;
  out[2 * (size_t)n] = a0 * t.r20 + a1 * t.r21 + a2 * t.r22;
  out[3 * (size_t)n] = b0 * t.r10 + b1 * t.r11 + b2 * t.r12;
  out[4 * (size_t)n] = b0 * t.r20 + b1 * t.r21 + b2 * t.r22;
  out[5 * (size_t)n] = c0 * t.r20 + c1 * t.r21 + c2 * t.r22;
}

// One thread per Gaussian.
extern "C" __global__ void rig(Frame f, Pass pass) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  int n = f.count;
  if (i >= n) {
    return;
  }
  float x = f.rest[i];
  float y = f.rest[n + i];
  float z = f.rest[2 * (size_t)n + i];
  size_t d = f.displacements;
  for (int k = f.morph_start[i]; k < f.morph_start[i + 1]; k++) {
    float weight = f.pose[f.morph_target[k]];
    x += weight * f.morph_delta[k];
    y += weight * f.morph_delta[d + k];
    z += weight * f.morph_delta[2 * d + k];
  }
  const float* transforms = f.pose + f.targets;
  const float* quaternions = transforms + 12 * f.joints;
  float sx = 0.0f, sy = 0.0f, sz = 0.0f;
  float qw = 0.0f, qx = 0.0f, qy = 0.0f, qz = 0.0f;
  for (int k = 0; k < 4; k++) {
    float weight = f.joint_weight[k * (size_t)n + i];
    if (weight > 0.0f) {
      int joint = f.joint_index[k * (size_t)n + i];
      const float* m = transforms + 12 * joint;
      sx += weight * (m[0] * x + m[1] * y + m[2] * z + m[3]);
      sy += weight * (m[4] * x + m[5] * y + m[6] * z + m[7]);
      sz += weight * (m[8] * x + m[9] * y + m[10] * z + m[11]);
      const float* q = quaternions + 4 * joint;
      // A quaternion and its negative are the same rotation: use the one on the side of the previous ones.
      float side = q[0] * qw + q[1] * qx + q[2] * qy + q[3] * qz;
      float sign = side < 0.0f ? -weight : weight;
      qw += sign * q[0];
      qx += sign * q[1];
      qy += sign * q[2];
      qz += sign * q[3];
    }
  }
  f.posed[i] = sx;
  f.posed[n + i] = sy;
  f.posed[2 * (size_t)n + i] = sz;
  turn_covariance(f, i, turn_of(qw, qx, qy, qz));
}
