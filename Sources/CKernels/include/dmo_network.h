// Single-precision layers of small neural networks, forward and backward.
//
// Matrices are feature-major: row f, column c at m[f * stride + c]. A column is one token of one sample, samples side by side:
// column = token * batch + sample. So vectors run over samples, no reduction ever crosses lanes, and the first token (CLS)
// of all samples is the first `batch` columns of every matrix. `batch` and `columns` are multiples of DMO_LANES.
#ifndef DMO_NETWORK_H
#define DMO_NETWORK_H

#include <stdint.h>

#define DMO_LANES 8

/// A dropout mask: element (row, column) is dropped where hash(key, row * columns + column) < rate * 2^32, and multiplied by
/// 1 / (1 - rate) elsewhere. The same key draws the same mask, so backward passes need no stored mask. rate 0: no dropout.
typedef struct {
  uint32_t key;
  float rate;
} dmo_dropout;

/// y = gain * (x - mean) / sqrt(variance + 1e-5) + bias over the `width` rows of each column. `mean` and `scale` (1 / deviation)
/// keep `columns` values each for the backward pass.
void dmo_layernorm(int width, int columns, int stride, const float *x, const float *gain, const float *bias, float *y,
                   float *mean, float *scale);

/// dx += derivative with respect to x; dgain and dbias += theirs (both may be null).
void dmo_layernorm_backward(int width, int columns, int stride, const float *dy, const float *x, const float *gain,
                            const float *mean, const float *scale, float *dx, float *dgain, float *dbias);

/// y[r, c] = GELU(y[r, c] + bias[r]) with dropout, exact GELU x Phi(x); slope = its derivative, dropout included (may be null).
void dmo_gelu(int rows, int columns, int stride, const float *bias, float *y, float *slope, dmo_dropout dropout);

/// dy *= slope, and dbias[r] += the sum of row r (may be null).
void dmo_gelu_backward(int rows, int columns, int stride, const float *slope, float *dy, float *dbias);

/// x[r, c] = from[r, c] + dropout(y[r, c] + bias[r]): a residual connection.
void dmo_add_residual(int rows, int columns, int stride, const float *y, const float *bias, const float *from, float *x,
                      dmo_dropout dropout);

/// dy = dropout's derivative times dx; dbias[r] += the sum of row r (may be null).
void dmo_add_residual_backward(int rows, int columns, int stride, const float *dx, float *dy, float *dbias,
                               dmo_dropout dropout);

/// y[r, c] += bias[r].
void dmo_add_bias(int rows, int columns, int stride, const float *bias, float *y);

/// sums[r] += the sum of row r.
void dmo_row_sums(int rows, int columns, int stride, const float *y, float *sums);

/// Multi-head attention of `queries` first tokens on all `tokens`. `qkv` holds 3 * heads * dimension rows: queries, keys,
/// values, each head after head. `out` holds heads * dimension rows. `weights` keeps heads * batch * queries * tokens softmax
/// values for the backward pass (null where there is none); `work` has room for dmo_attention_work() floats.
typedef struct {
  int heads, dimension, tokens, queries, batch, stride;
} dmo_attention_shape;

long dmo_attention_work(dmo_attention_shape shape);

void dmo_attention(dmo_attention_shape shape, const float *qkv, float *out, float *weights, float *work,
                   dmo_dropout dropout);

/// dqkv = derivative with respect to qkv (columns of queries that were not asked get zeros).
void dmo_attention_backward(dmo_attention_shape shape, const float *qkv, const float *weights, const float *dout,
                            float *dqkv, float *work, dmo_dropout dropout);

/// Affine embedding: token t of a sample is bias[t] + sum over its features f of x[f] * weight[f], and token 0 is bias[0]
/// alone (CLS). `token_of[f]` >= 1 ascending. x: features x batch with stride
/// `input_stride`; weight, bias: width values per feature or token; y: width x (tokens * batch).
typedef struct {
  int features, tokens, width, batch, stride, input_stride;
  const int32_t *token_of;
} dmo_token_shape;

void dmo_tokenize(dmo_token_shape shape, const float *x, const float *weight, const float *bias, float *y);

/// dweight and dbias += (both may be null); dx += (may be null).
void dmo_tokenize_backward(dmo_token_shape shape, const float *x, const float *weight, const float *dy, float *dx,
                           float *dweight, float *dbias);

/// One step of AdamW (Loshchilov and Hutter 2019) over n parameters, with an exponential moving average of them.
typedef struct {
  float rate, decay, beta1, beta2, epsilon;
  /// 1 / (1 - beta^step).
  float correction1, correction2;
  /// What gradients are multiplied by first (clipping).
  float scale;
  /// Share of the old average that stays.
  float keep;
} dmo_adamw_step;

void dmo_adamw(long n, float *parameters, const float *gradient, float *first, float *second, float *average,
               dmo_adamw_step step);

/// Sum of squares, in double precision.
double dmo_sum_of_squares(long n, const float *x);

#endif
