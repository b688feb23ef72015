// Multi-head attention (Vaswani et al. 2017) for few tokens, DMO_LANES samples side by side.
//
// Each head of each group of samples is packed into [token][dimension][lane] and then all five products of forward and
// backward passes are one routine, a matrix product whose elements are vectors of lanes.
#include "vector.h"

#pragma clang fp contract(fast)

enum { L = DMO_LANES };

// C[i][j] (+)= sum_k A[i * ai + k * ak] * B[k * bk + j * bj], strides in lanes, on a block of I x J accumulators.
#define BLOCK_PRODUCT(I, J)                                                                                      \
  {                                                                                                              \
    lanes sum[I][J];                                                                                             \
    for (int p = 0; p < I; p++)                                                                                  \
      for (int q = 0; q < J; q++) sum[p][q] = (lanes){0};                                                        \
    for (int k = 0; k < depth; k++) {                                                                            \
      lanes right[J];                                                                                            \
      for (int q = 0; q < J; q++) right[q] = LOAD(b + ((size_t)k * bk + (size_t)(j + q) * bj) * L);              \
      for (int p = 0; p < I; p++) {                                                                              \
        lanes left = LOAD(a + ((size_t)(i + p) * ai + (size_t)k * ak) * L);                                      \
        for (int q = 0; q < J; q++) sum[p][q] += left * right[q];                                                \
      }                                                                                                          \
    }                                                                                                            \
    for (int p = 0; p < I; p++)                                                                                  \
      for (int q = 0; q < J; q++) STORE(c + ((size_t)(i + p) * columns + j + q) * L, sum[p][q]);                 \
  }

DMO_INLINE void product(int rows, int columns, int depth, const float *a, int ai, int ak, const float *b, int bk, int bj,
                        float *restrict c) {
  int i = 0;
  for (; i + 4 <= rows; i += 4) {
    int j = 0;
    for (; j + 2 <= columns; j += 2) BLOCK_PRODUCT(4, 2)
    for (; j < columns; j++) BLOCK_PRODUCT(4, 1)
  }
  for (; i < rows; i++) {
    int j = 0;
    for (; j + 4 <= columns; j += 4) BLOCK_PRODUCT(1, 4)
    for (; j < columns; j++) BLOCK_PRODUCT(1, 1)
  }
}

// [token][dimension][lane] <- feature-major rows, and back.
DMO_INLINE void pack(int dimension, int tokens, int batch, int stride, const float *from, float scale,
                     float *restrict to) {
  for (int d = 0; d < dimension; d++)
    for (int t = 0; t < tokens; t++)
      STORE(to + ((size_t)t * dimension + d) * L, LOAD(from + (size_t)d * stride + (size_t)t * batch) * scale);
}

DMO_INLINE void unpack(int dimension, int tokens, int batch, int stride, const float *from, float scale,
                       float *restrict to) {
  for (int d = 0; d < dimension; d++)
    for (int t = 0; t < tokens; t++)
      STORE(to + (size_t)d * stride + (size_t)t * batch, LOAD(from + ((size_t)t * dimension + d) * L) * scale);
}

// Softmax of one row of `n` vectors, in place. The sum is at least 1.
DMO_INLINE void softmax_row(int n, float *s) {
  lanes top = LOAD(s);
  for (int j = 1; j < n; j++) top = __builtin_elementwise_max(top, LOAD(s + (size_t)j * L));
  for (int j = 0; j < n; j++) STORE(s + (size_t)j * L, LOAD(s + (size_t)j * L) - top);
  for (int e = 0; e < n * L; e++) s[e] = fast_exp(s[e]);
  lanes sum = {0};
  for (int j = 0; j < n; j++) sum += LOAD(s + (size_t)j * L);
  lanes inverse = 1.0f / sum;
  for (int j = 0; j < n; j++) STORE(s + (size_t)j * L, LOAD(s + (size_t)j * L) * inverse);
}

// to = from with elements dropped; elements of a group are counted from `base`.
DMO_INLINE void drop(long n, const float *from, float *restrict to, uint32_t base, dmo_dropout dropout) {
  uint32_t threshold = drop_threshold(dropout.rate);
  float kept = 1.0f / (1.0f - dropout.rate);
  for (long e = 0; e < n; e++)
    to[e] = from[e] * (mask_hash(dropout.key, base + (uint32_t)e) < threshold ? 0.0f : kept);
}

long dmo_attention_work(dmo_attention_shape s) {
  long rows = 4L * s.tokens * s.dimension * 2;
  return (rows + 2L * s.queries * s.tokens) * L;
}

DMO_CLONES void dmo_attention(dmo_attention_shape s, const float *qkv, float *out, float *weights, float *work,
                              dmo_dropout dropout) {
  int D = s.dimension, T = s.tokens, Q = s.queries;
  size_t block = (size_t)T * D * L, square = (size_t)Q * T * L;
  float *q = work, *k = q + block, *v = k + block, *o = v + block, *scratch = o + block, *dropped = scratch + square;
  float scale = 1.0f / sqrtf((float)D);
  size_t part = (size_t)s.heads * D * s.stride;
  for (int h = 0; h < s.heads; h++)
    for (int g = 0; g < s.batch / L; g++) {
      size_t at = (size_t)h * D * s.stride + (size_t)g * L;
      size_t group = (size_t)h * (s.batch / L) + g;
      float *p = weights ? weights + group * square : scratch;
      pack(D, Q, s.batch, s.stride, qkv + at, scale, q);
      pack(D, T, s.batch, s.stride, qkv + part + at, 1, k);
      pack(D, T, s.batch, s.stride, qkv + 2 * part + at, 1, v);
      product(Q, T, D, q, D, 1, k, 1, D, p);
      for (int i = 0; i < Q; i++) softmax_row(T, p + (size_t)i * T * L);
      if (dropout.rate > 0) {
        drop((long)square, p, dropped, (uint32_t)(group * square), dropout);
        p = dropped;
      }
      product(Q, D, T, p, T, 1, v, D, 1, o);
      unpack(D, Q, s.batch, s.stride, o, 1, out + at);
    }
}

// dS = P * (dP - sum_j P dP), row by row, in place of dP.
DMO_INLINE void softmax_backward_row(int n, const float *p, float *restrict dp) {
  lanes sum = {0};
  for (int j = 0; j < n; j++) sum += LOAD(p + (size_t)j * L) * LOAD(dp + (size_t)j * L);
  for (int j = 0; j < n; j++)
    STORE(dp + (size_t)j * L, LOAD(p + (size_t)j * L) * (LOAD(dp + (size_t)j * L) - sum));
}

DMO_CLONES void dmo_attention_backward(dmo_attention_shape s, const float *qkv, const float *weights, const float *dout,
                                       float *dqkv, float *work, dmo_dropout dropout) {
  int D = s.dimension, T = s.tokens, Q = s.queries;
  size_t block = (size_t)T * D * L, square = (size_t)Q * T * L;
  float *q = work, *k = q + block, *v = k + block, *o = v + block, *dq = o + block, *dk = dq + block, *dv = dk + block;
  float *ds = dv + 2 * block, *dropped = ds + square;
  float scale = 1.0f / sqrtf((float)D);
  size_t part = (size_t)s.heads * D * s.stride;
  for (int h = 0; h < s.heads; h++)
    for (int g = 0; g < s.batch / L; g++) {
      size_t at = (size_t)h * D * s.stride + (size_t)g * L;
      size_t group = (size_t)h * (s.batch / L) + g;
      const float *p = weights + group * square, *used = p;
      pack(D, Q, s.batch, s.stride, qkv + at, scale, q);
      pack(D, T, s.batch, s.stride, qkv + part + at, 1, k);
      pack(D, T, s.batch, s.stride, qkv + 2 * part + at, 1, v);
      pack(D, Q, s.batch, s.stride, dout + at, 1, o);
      if (dropout.rate > 0) {
        drop((long)square, p, dropped, (uint32_t)(group * square), dropout);
        used = dropped;
      }
      product(Q, T, D, o, D, 1, v, 1, D, ds);
      product(T, D, Q, used, 1, T, o, D, 1, dv);
      if (dropout.rate > 0) drop((long)square, ds, ds, (uint32_t)(group * square), dropout);
      for (int i = 0; i < Q; i++) softmax_backward_row(T, p + (size_t)i * T * L, ds + (size_t)i * T * L);
      product(Q, D, T, ds, T, 1, k, D, 1, dq);
      product(T, D, Q, ds, 1, T, q, D, 1, dk);
      unpack(D, Q, s.batch, s.stride, dq, scale, dqkv + at);
      unpack(D, T, s.batch, s.stride, dk, 1, dqkv + part + at);
      unpack(D, T, s.batch, s.stride, dv, 1, dqkv + 2 * part + at);
      for (int d = 0; d < D && Q < T; d++)
        for (int t = Q; t < T; t++) STORE(dqkv + at + (size_t)d * s.stride + (size_t)t * s.batch, (lanes){0});
    }
}
