// Boxes from the origin, cut to fit into another one: the inner loop of hypervolumes.
#ifndef DMO_LIMITED_FRONT_H
#define DMO_LIMITED_FRONT_H
#include <stddef.h>

// What `box` has for itself beside `count` others. Side j of box i is sides[j * stride + i], j < `sides_count` (2 or more), all > 0, boxes
// by descending last side.
//
// The part of `box` that some other hides from one side alone is taken off: `left_of_box` is what is left. The others, cut to fit
// into that, go to `out` in the same form and order, without those that lie in one of them. `out` has room for count + 8 in each of
// sides_count + 1 rows of `out_stride`. Returns how many are kept; -1 where all of `box` is hidden.
long dmo_limited_front(size_t sides_count, size_t count, const double *sides, size_t stride, const double *box,
                       double *left_of_box, double *out, size_t out_stride);

// Puts `box` among `count` boxes by descending last side and drops those inside it; returns how many there are then. There must be
// room for one more, and 8 beyond. `box` must not lie inside one of them.
size_t dmo_insert_box(size_t sides_count, size_t count, double *sides, size_t stride, const double *box);
#endif
