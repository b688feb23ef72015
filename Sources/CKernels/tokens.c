// The feature tokeniser: one affine embedding per parameter, and CLS (Gorishniy et al. 2021).
#include "vector.h"

#pragma clang fp contract(fast)

DMO_CLONES void dmo_tokenize(dmo_token_shape s, const float *x, const float *weight, const float *bias, float *y) {
  for (int w = 0; w < s.width; w++) {
    float *row = y + (size_t)w * s.stride;
    int f = 0;
    for (int t = 0; t < s.tokens; t++) {
      float *restrict to = row + (size_t)t * s.batch;
      float b = bias[(size_t)t * s.width + w];
      for (int n = 0; n < s.batch; n++) to[n] = b;
      for (; f < s.features && s.token_of[f] == t; f++) {
        const float *restrict from = x + (size_t)f * s.input_stride;
        float a = weight[(size_t)f * s.width + w];
        for (int n = 0; n < s.batch; n++) to[n] += a * from[n];
      }
    }
  }
}

DMO_CLONES void dmo_tokenize_backward(dmo_token_shape s, const float *x, const float *weight, const float *dy,
                                      float *dx, float *dweight, float *dbias) {
  for (int w = 0; w < s.width; w++) {
    const float *row = dy + (size_t)w * s.stride;
    if (dbias)
      for (int t = 0; t < s.tokens; t++) {
        lanes sum = {0};
        for (int n = 0; n < s.batch; n += DMO_LANES) sum += LOAD(row + (size_t)t * s.batch + n);
        for (int l = 0; l < DMO_LANES; l++) dbias[(size_t)t * s.width + w] += sum[l];
      }
    for (int f = 0; f < s.features; f++) {
      const float *d = row + (size_t)s.token_of[f] * s.batch;
      if (dweight) {
        lanes sum = {0};
        for (int n = 0; n < s.batch; n += DMO_LANES) sum += LOAD(d + n) * LOAD(x + (size_t)f * s.input_stride + n);
        for (int l = 0; l < DMO_LANES; l++) dweight[(size_t)f * s.width + w] += sum[l];
      }
      if (dx) {
        float *restrict to = dx + (size_t)f * s.input_stride;
        float a = weight[(size_t)f * s.width + w];
        for (int n = 0; n < s.batch; n++) to[n] += a * d[n];
      }
    }
  }
}
