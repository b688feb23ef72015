// The Matern 5/2 kernel on rows of inner products.
#ifndef DMO_MATERN_H
#define DMO_MATERN_H
#include <stddef.h>

// For scaled points a and b[0..count): `products[j]` = a.b[j] becomes k(a, b[j]), and `slopes[j]` (unless null) dk/d(r^2), where
// r^2 = square + squares[j] - 2 products[j], k = (1 + s + s^2/3) exp(-s), s = sqrt(5 r^2).
void dmo_matern52(size_t count, double square, const double *squares, double *products, double *slopes);

// slopes[j] *= left0 * right0[j] + left1 * right1[j] - scale * weights[j]
void dmo_weigh_slopes(size_t count, double left0, const double *right0, double left1, const double *right1, double scale,
                      const double *weights, double *slopes);
#endif
