// AdamW over a flat array of parameters, one pass.
#include "vector.h"

#pragma clang fp contract(fast)

DMO_CLONES void dmo_adamw(long n, float *restrict parameters, const float *restrict gradient, float *restrict first,
                          float *restrict second, float *restrict average, dmo_adamw_step s) {
  float shrink = 1.0f - s.rate * s.decay, rest = 1.0f - s.keep;
  for (long i = 0; i < n; i++) {
    float g = gradient[i] * s.scale;
    float m = s.beta1 * first[i] + (1.0f - s.beta1) * g;
    float v = s.beta2 * second[i] + (1.0f - s.beta2) * g * g;
    first[i] = m;
    second[i] = v;
    float p = parameters[i] * shrink - s.rate * (m * s.correction1) / (sqrtf(v * s.correction2) + s.epsilon);
    parameters[i] = p;
    average[i] = s.keep * average[i] + rest * p;
  }
}

DMO_CLONES double dmo_sum_of_squares(long n, const float *x) {
  double sum = 0;
  long i = 0;
  for (; i + DMO_LANES <= n; i += DMO_LANES) {
    lanes v = LOAD(x + i);
    lanes s = v * v;
    float part = 0;
    for (int l = 0; l < DMO_LANES; l++) part += s[l];
    sum += part;
  }
  for (; i < n; i++) sum += (double)x[i] * x[i];
  return sum;
}
