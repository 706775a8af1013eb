// Packs four pixels of four bytes into three words: one thread per four pixels, in image order.
extern "C" __global__ void pack(Frame f, Pass pass) {
  unsigned pixels = (unsigned)f.width * (unsigned)f.height;
  unsigned first = 4u * (blockIdx.x * blockDim.x + threadIdx.x);
  if (first >= pixels) {
    return;
  }
  unsigned word[4];
  for (unsigned k = 0u; k < 4u; k++) {
    uchar4 p = first + k < pixels ? f.pixel[first + k] : make_uchar4(0, 0, 0, 0);
    word[k] = (unsigned)p.x | (unsigned)p.y << 8 | (unsigned)p.z << 16;
  }
  unsigned* out = f.bgr + 3u * (first / 4u);
  out[0] = word[0] | word[1] << 24;
  out[1] = word[1] >> 8 | word[2] << 16;
  out[2] = word[2] >> 16 | word[3] << 8;
}
