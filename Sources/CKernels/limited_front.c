#include "limited_front.h"
#include "box_lanes.h"

// Which of the 8 boxes from `at` on lie inside `other`.
INLINE unsigned covered(size_t sides_count, const double *sides, size_t stride, size_t at, const double *other) {
  truths mask = LOAD(sides + at) <= other[0];
  for (size_t j = 1; j < sides_count; j++) mask &= LOAD(sides + j * stride + at) <= other[j];
  return packed(&mask);
}

INLINE void move(size_t sides_count, double *sides, size_t stride, size_t to, size_t from) {
  for (size_t j = 0; j < sides_count; j++) sides[j * stride + to] = sides[j * stride + from];
}

// How far `box` is hidden from each side: by boxes that reach at least as far in all other sides.
INLINE void find_corner(size_t sides_count, size_t count, const double *sides, size_t stride, const double *box,
                        double *corner) {
  lanes most[sides_count];
  for (size_t j = 0; j < sides_count; j++) most[j] = (lanes){0};
  for (size_t at = 0; at < count; at += 8) {
    truths before[sides_count + 1], after = PLACES + (int64_t)at < (int64_t)count;
    before[0] = after;
    for (size_t j = 0; j < sides_count; j++) before[j + 1] = before[j] & (LOAD(sides + j * stride + at) >= box[j]);
    for (size_t j = sides_count; j-- > 0;) {
      lanes side = LOAD(sides + j * stride + at);
      truths counts = before[j] & after & (side > most[j]);
      most[j] = SELECT(counts, side, most[j]);
      after &= side >= box[j];
    }
  }
  for (size_t j = 0; j < sides_count; j++) corner[j] = largest(&most[j]);
}

// What sticks out of the hidden corner, cut to fit into `left`.
INLINE unsigned cut(size_t sides_count, size_t at, const double *sides, size_t stride, const double *box,
                    const double *corner, double *out, size_t out_stride) {
  truths sticks_out = (truths){0} == 0;
  for (size_t j = 0; j < sides_count; j++) {
    lanes side = LOAD(sides + j * stride + at), most = (lanes){0} + box[j];
    side = SELECT(side < most, side, most) - corner[j];
    sticks_out &= side > 0;
    *(lanes *)(out + j * out_stride + at) = side;
  }
  return packed(&sticks_out);
}

INLINE long limited_front(size_t sides_count, size_t count, const double *sides, size_t stride, const double *box,
                            double *left_of_box, double *out, size_t out_stride) {
  double corner[sides_count];
  find_corner(sides_count, count, sides, stride, box, corner);
  int is_hidden = 0;
  for (size_t j = 0; j < sides_count; j++) {
    left_of_box[j] = box[j] - corner[j];
    is_hidden |= !(left_of_box[j] > 0);
  }
  if (is_hidden) return -1;
  // A bit per box that is still there, 8 to a byte.
  uint8_t *alive = (uint8_t *)(out + sides_count * out_stride);
  size_t blocks = (count + 7) / 8;
  for (size_t b = 0; b < blocks; b++) 
    alive[b] = (uint8_t)(first_lanes(count - 8 * b) &
                         cut(sides_count, 8 * b, sides, stride, box, corner, out, out_stride));
  // By descending last side a box can only lie in an earlier one, or in a later one of the same last side.
  const double *last = out + (sides_count - 1) * out_stride;
  size_t run = 0;
  for (size_t block = 0; block < blocks; block++) {
    for (unsigned ahead = 0xff, left; (left = alive[block] & ahead) != 0;) {
      unsigned lane = (unsigned)__builtin_ctz(left);
      size_t i = 8 * block + lane;
      ahead = 0xfeu << lane;
      if (last[run] != last[i]) run = i;
      double own[sides_count];
      for (size_t j = 0; j < sides_count; j++) own[j] = out[j * out_stride + i];
      for (size_t b = run / 8; b < blocks; b++)
        alive[b] &= (uint8_t)~covered(sides_count, out, out_stride, 8 * b, own);
      alive[block] |= (uint8_t)(1u << lane);
    }
  }
  size_t kept = 0;
  for (size_t b = 0; b < blocks; b++) {
    for (unsigned left = alive[b]; left; left &= left - 1)
      move(sides_count, out, out_stride, kept++, 8 * b + (size_t)__builtin_ctz(left));
  }
  return (long)kept;
}

// Known numbers of sides are unrolled.
CLONES long dmo_limited_front(size_t sides_count, size_t count, const double *sides, size_t stride, const double *box,
                              double *left_of_box, double *out, size_t out_stride) {
  switch (sides_count) {
    case 4: return limited_front(4, count, sides, stride, box, left_of_box, out, out_stride);
    case 5: return limited_front(5, count, sides, stride, box, left_of_box, out, out_stride);
    case 6: return limited_front(6, count, sides, stride, box, left_of_box, out, out_stride);
    default: return limited_front(sides_count, count, sides, stride, box, left_of_box, out, out_stride);
  }
}

CLONES size_t dmo_insert_box(size_t sides_count, size_t count, double *sides, size_t stride, const double *box) {
  const double *last = sides + (sides_count - 1) * stride;
  size_t place = 0, length = count;
  while (length > 0) {
    size_t half = (length + 1) / 2;
    place += last[place + half - 1] > box[sides_count - 1] ? half : 0;
    length -= half;
  }
  size_t end = place;
  for (size_t at = place; at < count; at += 8) {
    unsigned keep = ~covered(sides_count, sides, stride, at, box) & first_lanes(count - at);
    if (end == at && keep == 0xff) {
      end += 8;
      continue;
    }
    for (; keep; keep &= keep - 1) move(sides_count, sides, stride, end++, at + (size_t)__builtin_ctz(keep));
  }
  for (size_t j = 0; j < sides_count; j++) {
    double *column = sides + j * stride;
    memmove(column + place + 1, column + place, (end - place) * sizeof(double));
    column[place] = box[j];
  }
  return end + 1;
}
