#include "matern.h"
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

// exp(-s) for s >= 0, relative error below 4e-16 (0 from 708 on): 2^n times the Taylor polynomial of degree 12 of the rest.
static inline __attribute__((always_inline)) double exp_minus(double s) {
#pragma clang fp contract(fast)
  const double shift = 0x1.8p52;
  double x = s < 708 ? -s : -708.0;
  double whole = x * 1.4426950408889634 + shift;
  int64_t bits;
  memcpy(&bits, &whole, 8);
  double n = whole - shift;
  double r = x - n * 0.6931471803691238;
  r -= n * 1.9082149292705877e-10;
  double p = 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1;
  p = p * r + 1;
  int64_t scale = (int64_t)((uint64_t)bits << 52) + ((int64_t)1023 << 52);
  double power;
  memcpy(&power, &scale, 8);
  return s < 708 ? p * power : 0;
}

CLONES void dmo_matern52(size_t count, double square, const double *restrict squares, double *restrict products,
                         double *restrict slopes) {
#pragma clang fp contract(fast)
  if (slopes) {
#pragma clang loop vectorize(enable)
    for (size_t j = 0; j < count; j++) {
      double r2 = square + squares[j] - 2 * products[j];
      double t2 = 5 * (r2 > 0 ? r2 : 0);
      double s = __builtin_elementwise_sqrt(t2);
      double e = exp_minus(s);
      products[j] = (1 + s + t2 * (1.0 / 3)) * e;
      slopes[j] = (-5.0 / 6) * (1 + s) * e;
    }
  } else {
#pragma clang loop vectorize(enable)
    for (size_t j = 0; j < count; j++) {
      double r2 = square + squares[j] - 2 * products[j];
      double t2 = 5 * (r2 > 0 ? r2 : 0);
      double s = __builtin_elementwise_sqrt(t2);
      products[j] = (1 + s + t2 * (1.0 / 3)) * exp_minus(s);
    }
  }
}

CLONES void dmo_weigh_slopes(size_t count, double left0, const double *restrict right0, double left1,
                             const double *restrict right1, double scale, const double *restrict weights,
                             double *restrict slopes) {
  for (size_t j = 0; j < count; j++)
    slopes[j] *= left0 * right0[j] + left1 * right1[j] - scale * weights[j];
}
