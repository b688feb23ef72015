// What the kernels of boxes share: eight numbers at a time, comparisons as bits, clones for several instruction sets.
#ifndef DMO_BOX_LANES_H
#define DMO_BOX_LANES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

typedef double lanes __attribute__((vector_size(64), aligned(8)));
typedef int64_t truths __attribute__((vector_size(64)));
typedef _Bool bits __attribute__((ext_vector_type(8)));

#define LOAD(p) (*(const lanes *)(p))
#define PLACES ((truths){0, 1, 2, 3, 4, 5, 6, 7})
#define SELECT(mask, yes, no) ((lanes)(((mask) & (truths)(yes)) | (~(mask) & (truths)(no))))

// By pointer and inlined: a vector passed by value would depend on the instruction set of each clone.
INLINE unsigned packed(const truths *mask) {
  bits narrow = __builtin_convertvector(*mask, bits);
  uint8_t byte;
  memcpy(&byte, &narrow, 1);
  return byte;
}

// The first `left` of 8 lanes.
INLINE unsigned first_lanes(size_t left) { return left >= 8 ? 0xffu : (1u << left) - 1; }

// The largest lane; there is no NaN.
INLINE double largest(const lanes *values) {
  lanes v = *values, other = __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
  v = SELECT(v > other, v, other);
  other = __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
  v = SELECT(v > other, v, other);
  return v[0] > v[1] ? v[0] : v[1];
}

#endif
