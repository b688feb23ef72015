// Bias, GELU, dropout and residual connections, fused: each matrix is passed over once.
#include "vector.h"

#pragma clang fp contract(fast)

// GELU(x) = x Phi(x) (Hendrycks and Gimpel 2016), exact form. Phi through erfc, Abramowitz and Stegun 7.1.26: absolute error
// 1.5e-7, and its exp(-x^2 / 2) is also what the derivative Phi(x) + x phi(x) needs.
DMO_INLINE void gelu_row(int n, float bias, float *restrict y, float *restrict slope, uint32_t key, uint32_t base,
                         uint32_t threshold, float kept) {
  for (int c = 0; c < n; c++) {
    float x = y[c] + bias;
    float z = fabsf(x) * 0.70710678f;
    float gauss = fast_exp(-0.5f * x * x);
    float t = 1.0f / (1.0f + 0.3275911f * z);
    float p = 1.061405429f;
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    float tail = 0.5f * p * t * gauss;
    float cdf = x < 0 ? tail : 1.0f - tail;
    float factor = mask_hash(key, base + (uint32_t)c) < threshold ? 0.0f : kept;
    y[c] = x * cdf * factor;
    slope[c] = (cdf + x * 0.39894228f * gauss) * factor;
  }
}

DMO_CLONES void dmo_gelu(int rows, int columns, int stride, const float *bias, float *y, float *slope,
                         dmo_dropout dropout) {
  uint32_t threshold = drop_threshold(dropout.rate);
  float kept = 1.0f / (1.0f - dropout.rate);
  float unused[512];
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < columns; c += 512) {
      int n = columns - c < 512 ? columns - c : 512;
      size_t at = (size_t)r * stride + c;
      gelu_row(n, bias[r], y + at, slope ? slope + at : unused, dropout.key, (uint32_t)(r * columns + c), threshold,
               kept);
    }
}

DMO_INLINE float row_sum(int n, const float *y) {
  lanes sum = {0};
  for (int c = 0; c < n; c += DMO_LANES) sum += LOAD(y + c);
  float total = 0;
  for (int l = 0; l < DMO_LANES; l++) total += sum[l];
  return total;
}

DMO_CLONES void dmo_gelu_backward(int rows, int columns, int stride, const float *slope, float *dy, float *dbias) {
  for (int r = 0; r < rows; r++) {
    float *restrict d = dy + (size_t)r * stride;
    const float *restrict s = slope + (size_t)r * stride;
    for (int c = 0; c < columns; c++) d[c] *= s[c];
    if (dbias) dbias[r] += row_sum(columns, d);
  }
}

// `x` may be `from`.
DMO_INLINE void residual_row(int n, const float *y, float bias, const float *from, float *x, uint32_t key,
                             uint32_t base, uint32_t threshold, float kept) {
  if (threshold == 0) {
#pragma clang loop vectorize(assume_safety)
    for (int c = 0; c < n; c++) x[c] = from[c] + (y[c] + bias);
    return;
  }
#pragma clang loop vectorize(assume_safety)
  for (int c = 0; c < n; c++)
    x[c] = from[c] + (y[c] + bias) * (mask_hash(key, base + (uint32_t)c) < threshold ? 0.0f : kept);
}

DMO_CLONES void dmo_add_residual(int rows, int columns, int stride, const float *y, const float *bias,
                                 const float *from, float *x, dmo_dropout dropout) {
  uint32_t threshold = drop_threshold(dropout.rate);
  float kept = 1.0f / (1.0f - dropout.rate);
  for (int r = 0; r < rows; r++) {
    size_t at = (size_t)r * stride;
    residual_row(columns, y + at, bias[r], from + at, x + at, dropout.key, (uint32_t)(r * columns), threshold, kept);
  }
}

DMO_CLONES void dmo_add_residual_backward(int rows, int columns, int stride, const float *dx, float *dy, float *dbias,
                                          dmo_dropout dropout) {
  uint32_t threshold = drop_threshold(dropout.rate);
  float kept = 1.0f / (1.0f - dropout.rate);
  for (int r = 0; r < rows; r++) {
    const float *restrict from = dx + (size_t)r * stride;
    float *restrict to = dy + (size_t)r * stride;
    uint32_t base = (uint32_t)(r * columns);
    if (threshold == 0)
      memcpy(to, from, (size_t)columns * sizeof(float));
    else
      for (int c = 0; c < columns; c++)
        to[c] = from[c] * (mask_hash(dropout.key, base + (uint32_t)c) < threshold ? 0.0f : kept);
    if (dbias) dbias[r] += row_sum(columns, to);
  }
}

DMO_CLONES void dmo_add_bias(int rows, int columns, int stride, const float *bias, float *y) {
  for (int r = 0; r < rows; r++) {
    float *restrict row = y + (size_t)r * stride;
    for (int c = 0; c < columns; c++) row[c] += bias[r];
  }
}

DMO_CLONES void dmo_row_sums(int rows, int columns, int stride, const float *y, float *sums) {
  for (int r = 0; r < rows; r++)
    sums[r] += row_sum(columns, y + (size_t)r * stride);
}
