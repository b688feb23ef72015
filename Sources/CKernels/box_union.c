// Sweeps along the last side. In three dimensions the section is a staircase whose area is kept up to date (Fonseca, Paquete,
// Lopez-Ibanez 2006; Beume et al. 2009). In four it is a union of three-dimensional boxes, to which each box adds its own contribution
// (after Guerreiro and Fonseca, "Computing and updating hypervolume contributions in up to four dimensions", 2018): the earlier boxes are
// kept by descending third side as three plain columns, so that looking for the few that matter to a new one is a scan in vector
// lanes. O(n^2) at worst with a small constant, since boxes inside a newer one are dropped.
#include "box_union.h"
#include "box_lanes.h"

// The same bits on every machine.
#pragma STDC FP_CONTRACT OFF

// Lanes that may be read and written behind the last element of a column.
#define MARGIN 16

// The union of rectangles from the origin, by its corners: x ascending, y descending.
typedef struct {
  double *x, *y, area;
  size_t count;
} stairs;

// Boxes of which none lies inside another, by descending z.
typedef struct {
  double *x, *y, *z;
  size_t count;
} boxes;

typedef struct {
  double x, y;
} corner;

// Moves `count` elements from `from` on by `shift` places.
INLINE void shift_lanes(double *column, size_t from, size_t count, ptrdiff_t shift) {
  double *start = column + from;
  if (shift < 0) {
    for (size_t k = 0; k < count; k += 8) {
      lanes eight = LOAD(start + k);
      *(lanes *)(start + k + shift) = eight;
    }
    return;
  }
  for (size_t k = (count + 7) / 8; k-- > 0;) {
    lanes eight = LOAD(start + 8 * k);
    *(lanes *)(start + 8 * k + shift) = eight;
  }
}

// Adds the rectangle to (x, y); O(log n) to find its place, corners that it hides are dropped. 0 where it lies inside another.
INLINE int insert_rectangle(stairs *s, double x, double y) {
  size_t end = 0, length = s->count;
  // Without branches: whether a corner lies left of x is a coin toss to the branch predictor.
  while (length > 0) {
    size_t half = (length + 1) / 2;
    end += s->x[end + half - 1] < x ? half : 0;
    length -= half;
  }
  double right = end < s->count ? s->y[end] : 0;
  if (right >= y) return 0;
  // Corners left of x and not above y disappear; the area grows column by column.
  size_t start = end;
  double edge = x, floor = right;
  while (start > 0 && s->y[start - 1] <= y) {
    start--;
    s->area += (edge - s->x[start]) * (y - floor);
    edge = s->x[start];
    floor = s->y[start];
  }
  s->area += (edge - (start > 0 ? s->x[start - 1] : 0)) * (y - floor);
  // A corner at the same x lies below y here, since it did not cover the new one.
  size_t after = end < s->count && s->x[end] == x ? end + 1 : end;
  ptrdiff_t shift = (ptrdiff_t)start + 1 - (ptrdiff_t)after;
  if (shift != 0) {
    shift_lanes(s->x, after, s->count - after, shift);
    shift_lanes(s->y, after, s->count - after, shift);
    s->count = (size_t)((ptrdiff_t)s->count + shift);
  }
  s->x[start] = x;
  s->y[start] = y;
  return 1;
}

// How many of the boxes are at least as long in z.
INLINE size_t boxes_above(const boxes *b, double z) {
  size_t place = 0, length = b->count;
  while (length > 0) {
    size_t half = (length + 1) / 2;
    place += b->z[place + half - 1] >= z ? half : 0;
    length -= half;
  }
  return place;
}

// At the box' own height, boxes at least as long in y hide its part up to the largest x among them, and the other way round.
INLINE corner hidden_corner(const boxes *b, size_t above, double x, double y) {
  lanes most_x = {0}, most_y = {0};
  for (size_t k = 0; k < above; k += 8) {
    truths inside = PLACES + (int64_t)k < (int64_t)above;
    lanes their_x = LOAD(b->x + k), their_y = LOAD(b->y + k);
    truths in_x = inside & (their_y >= y) & (their_x > most_x);
    truths in_y = inside & (their_x >= x) & (their_y > most_y);
    most_x = SELECT(in_x, their_x, most_x);
    most_y = SELECT(in_y, their_y, most_y);
  }
  return (corner){largest(&most_x), largest(&most_y)};
}

// Which of the 8 boxes from `k` on reach beyond `hidden` in both x and y.
INLINE unsigned beyond(const boxes *b, size_t k, corner hidden) {
  truths mask = (LOAD(b->x + k) > hidden.x) & (LOAD(b->y + k) > hidden.y);
  return packed(&mask);
}

// Slab by slab downwards, the part of the rectangle from the hidden corner to (x, y) that no other box covers.
INLINE double contribution(const boxes *b, stairs *s, size_t above, corner hidden, double x, double y, double z) {
  const corner origin = hidden;
  double full = (x - origin.x) * (y - origin.y), volume = 0;
  s->count = 0;
  s->area = 0;
  for (size_t block = 0; block < above; block += 8) {
    unsigned left = beyond(b, block, hidden) & first_lanes(above - block);
    for (; left; left &= left - 1) {
      size_t k = block + (size_t)__builtin_ctz(left);
      insert_rectangle(s, b->x[k] - origin.x, b->y[k] - origin.y);
    }
  }
  for (size_t block = above; block < b->count; block += 8) {
    unsigned left = beyond(b, block, hidden) & first_lanes(b->count - block);
    for (; left; left &= left - 1) {
      size_t k = block + (size_t)__builtin_ctz(left);
      double their_x = b->x[k], their_y = b->y[k];
      if (!(their_x > hidden.x && their_y > hidden.y)) continue;
      volume += (full - s->area) * (z - b->z[k]);
      z = b->z[k];
      int is_wide = their_x >= x, is_high = their_y >= y;
      if (is_wide && is_high) return volume;
      insert_rectangle(s, (is_wide ? x : their_x) - origin.x, (is_high ? y : their_y) - origin.y);
      if (is_high) hidden.x = their_x;
      if (is_wide) hidden.y = their_y;
    }
  }
  return volume + (full - s->area) * z;
}

// Puts the box at its place; no box is dropped.
INLINE void put(boxes *b, size_t place, double x, double y, double z) {
  size_t rest = b->count - place;
  shift_lanes(b->x, place, rest, 1);
  shift_lanes(b->y, place, rest, 1);
  shift_lanes(b->z, place, rest, 1);
  b->x[place] = x;
  b->y[place] = y;
  b->z[place] = z;
  b->count++;
}

// Drops boxes from `place` on that are nowhere longer in x and y; there they are not longer in z either.
INLINE void drop_hidden(boxes *b, size_t place, double x, double y) {
  size_t end = place;
  for (size_t block = place; block < b->count; block += 8) {
    truths mask = (LOAD(b->x + block) > x) | (LOAD(b->y + block) > y);
    unsigned keep = packed(&mask) & first_lanes(b->count - block);
    if (keep == 0xff && end == block) {
      end += 8;
      continue;
    }
    for (; keep; keep &= keep - 1) {
      size_t k = block + (size_t)__builtin_ctz(keep);
      b->x[end] = b->x[k];
      b->y[end] = b->y[k];
      b->z[end++] = b->z[k];
    }
  }
  b->count = end;
}

// Adds a box and returns the volume it has for itself.
INLINE double insert_box(boxes *b, stairs *s, double x, double y, double z) {
  size_t above = boxes_above(b, z);
  corner hidden = hidden_corner(b, above, x, y);
  // Wholly inside an earlier box.
  if (hidden.x >= x || hidden.y >= y) return 0;
  double own = contribution(b, s, above, hidden, x, y, z);
  drop_hidden(b, above, x, y);
  put(b, above, x, y, z);
  return own;
}

// The volume of the boxes' union; those inside others are dropped.
INLINE double begin(boxes *b, stairs *s) {
  double volume = 0, height = 0;
  size_t end = 0;
  s->count = 0;
  s->area = 0;
  for (size_t k = 0; k < b->count; k++) {
    double x = b->x[k], y = b->y[k], z = b->z[k];
    volume += s->area * (height - z);
    height = z;
    if (!insert_rectangle(s, x, y)) continue;
    b->x[end] = x;
    b->y[end] = y;
    b->z[end++] = z;
  }
  b->count = end;
  return volume + s->area * height;
}

INLINE size_t column_length(size_t count) { return count + 1 + MARGIN; }

size_t dmo_box_union_work(size_t count) { return 5 * column_length(count); }

CLONES double dmo_union_of_three(size_t count, const double *sides, size_t stride, double *work) {
  const double *x = sides, *y = sides + stride, *z = sides + 2 * stride;
  stairs s = {work, work + column_length(count), 0, 0};
  double volume = 0;
  for (size_t k = 0; k < count; k++) {
    insert_rectangle(&s, x[k], y[k]);
    volume += s.area * (z[k] - (k + 1 < count ? z[k + 1] : 0));
  }
  return volume;
}

CLONES double dmo_union_of_four(size_t count, const double *sides, size_t stride, double *work) {
  const double *x = sides, *y = sides + stride, *z = sides + 2 * stride, *last = sides + 3 * stride;
  size_t length = column_length(count);
  stairs s = {work, work + length, 0, 0};
  boxes b = {work + 2 * length, work + 3 * length, work + 4 * length, 0};
  double volume = 0, section = 0;
  size_t k = 0, top = 1;
  // Boxes cut to fit into another one often end together; those begin as one three-dimensional sweep.
  while (top < count && last[top] == last[0]) top++;
  if (top > 3) {
    for (; k < top; k++) put(&b, boxes_above(&b, z[k]), x[k], y[k], z[k]);
    section = begin(&b, &s);
    volume = section * (last[0] - (top < count ? last[top] : 0));
  }
  for (; k < count; k++) {
    section += insert_box(&b, &s, x[k], y[k], z[k]);
    volume += section * (last[k] - (k + 1 < count ? last[k + 1] : 0));
  }
  return volume;
}
