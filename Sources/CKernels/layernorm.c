// Layer normalisation over the rows of each column (Ba, Kiros and Hinton 2016).
#include "vector.h"

#pragma clang fp contract(fast)

// Columns worked on at once: rows of one cache line times four keep a block of 128 rows in the first-level cache.
enum { BLOCK = 64 };

DMO_INLINE void forward_block(int width, int n, int stride, const float *restrict x, const float *restrict gain,
                              const float *restrict bias, float *restrict y, float *restrict mean,
                              float *restrict scale) {
  float sum[BLOCK], square[BLOCK];
  for (int c = 0; c < n; c++) sum[c] = square[c] = 0;
  for (int r = 0; r < width; r++)
    for (int c = 0; c < n; c++) sum[c] += x[(size_t)r * stride + c];
  for (int c = 0; c < n; c++) sum[c] /= (float)width;
  for (int r = 0; r < width; r++)
    for (int c = 0; c < n; c++) {
      float d = x[(size_t)r * stride + c] - sum[c];
      square[c] += d * d;
    }
  for (int c = 0; c < n; c++) square[c] = 1.0f / sqrtf(square[c] / (float)width + 1e-5f);
  for (int r = 0; r < width; r++) {
    float g = gain[r], b = bias[r];
    for (int c = 0; c < n; c++)
      y[(size_t)r * stride + c] = (x[(size_t)r * stride + c] - sum[c]) * square[c] * g + b;
  }
  for (int c = 0; c < n; c++) mean[c] = sum[c];
  for (int c = 0; c < n; c++) scale[c] = square[c];
}

DMO_CLONES void dmo_layernorm(int width, int columns, int stride, const float *x, const float *gain, const float *bias,
                              float *y, float *mean, float *scale) {
  int c = 0;
  for (; c + BLOCK <= columns; c += BLOCK)
    forward_block(width, BLOCK, stride, x + c, gain, bias, y + c, mean + c, scale + c);
  if (c < columns) forward_block(width, columns - c, stride, x + c, gain, bias, y + c, mean + c, scale + c);
}

// With xhat = (x - mean) * scale and g = gain * dy: dx = scale * (g - mean(g) - xhat * mean(g * xhat)).
DMO_INLINE void backward_block(int width, int n, int stride, const float *restrict dy, const float *restrict x,
                               const float *restrict gain, const float *restrict mean, const float *restrict scale,
                               float *restrict dx) {
  float sum[BLOCK], product[BLOCK];
  for (int c = 0; c < n; c++) sum[c] = product[c] = 0;
  for (int r = 0; r < width; r++) {
    float g = gain[r];
    for (int c = 0; c < n; c++) {
      float d = g * dy[(size_t)r * stride + c];
      sum[c] += d;
      product[c] += d * (x[(size_t)r * stride + c] - mean[c]);
    }
  }
  for (int c = 0; c < n; c++) sum[c] /= (float)width;
  for (int c = 0; c < n; c++) product[c] *= scale[c] * scale[c] / (float)width;
  for (int r = 0; r < width; r++) {
    float g = gain[r];
    for (int c = 0; c < n; c++) {
      float centred = x[(size_t)r * stride + c] - mean[c];
      dx[(size_t)r * stride + c] += scale[c] * (g * dy[(size_t)r * stride + c] - sum[c] - centred * product[c]);
    }
  }
}

DMO_CLONES void dmo_layernorm_backward(int width, int columns, int stride, const float *dy, const float *x,
                                       const float *gain, const float *mean, const float *scale, float *dx,
                                       float *dgain, float *dbias) {
  int c = 0;
  for (; c + BLOCK <= columns; c += BLOCK)
    backward_block(width, BLOCK, stride, dy + c, x + c, gain, mean + c, scale + c, dx + c);
  if (c < columns) backward_block(width, columns - c, stride, dy + c, x + c, gain, mean + c, scale + c, dx + c);
  if (!dgain) return;
  for (int r = 0; r < width; r++) {
    const float *d = dy + (size_t)r * stride, *v = x + (size_t)r * stride;
    lanes g = {0}, b = {0};
    for (int i = 0; i < columns; i += DMO_LANES) {
      g += LOAD(d + i) * (LOAD(v + i) - LOAD(mean + i)) * LOAD(scale + i);
      b += LOAD(d + i);
    }
    for (int l = 0; l < DMO_LANES; l++) dgain[r] += g[l];
    for (int l = 0; l < DMO_LANES; l++) dbias[r] += b[l];
  }
}
