// What the network kernels share: lanes, clones for several instruction sets, exp, the dropout hash.
#ifndef DMO_VECTOR_H
#define DMO_VECTOR_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dmo_network.h"

#if defined(__x86_64__) && defined(__linux__)
#define DMO_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DMO_CLONES
#endif
#define DMO_INLINE static inline __attribute__((always_inline))

typedef float lanes __attribute__((vector_size(DMO_LANES * 4), aligned(4)));
typedef uint32_t ulanes __attribute__((vector_size(DMO_LANES * 4), aligned(4)));

// By pointer and inlined: a vector passed by value would depend on the instruction set of each clone.
#define LOAD(p) (*(const lanes *)(p))
#define STORE(p, v) (*(lanes *)(p) = (v))

/// exp(x) to 2 units in the last place for x in [-87, 88], clamped outside: 2^n times a degree-6 polynomial on
/// [-ln 2 / 2, ln 2 / 2] (Cephes' coefficients).
DMO_INLINE float fast_exp(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  float shifted = x * 1.44269504f + 12582912.0f;  // adding 1.5 * 2^23 rounds to an integer in the low bits
  float n = shifted - 12582912.0f;
  float r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  uint32_t bits;
  memcpy(&bits, &shifted, 4);
  bits = (bits << 23) + 0x3f800000u;
  float power;
  memcpy(&power, &bits, 4);
  return p * power;
}

/// A 32-bit finaliser (C. Wellons' lowbias32) of a counter under a key: uniform enough for masks, and 2 multiplications.
DMO_INLINE uint32_t mask_hash(uint32_t key, uint32_t counter) {
  uint32_t x = counter * 0x9e3779b9u + key;
  x ^= x >> 16;
  x *= 0x21f0aaadu;
  x ^= x >> 15;
  x *= 0x735a2d97u;
  x ^= x >> 15;
  return x;
}

/// Below this the hash means "dropped".
DMO_INLINE uint32_t drop_threshold(float rate) { return (uint32_t)((double)rate * 4294967296.0); }

#endif
