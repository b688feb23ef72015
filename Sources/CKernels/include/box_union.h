// The volume of a union of boxes from the origin, in three and four dimensions.
#ifndef DMO_BOX_UNION_H
#define DMO_BOX_UNION_H
#include <stddef.h>

// Doubles of scratch memory that `count` boxes take.
size_t dmo_box_union_work(size_t count);

// Side j of box i is sides[j * stride + i], all > 0, boxes by descending last side. `work`: see above.
double dmo_union_of_three(size_t count, const double *sides, size_t stride, double *work);
double dmo_union_of_four(size_t count, const double *sides, size_t stride, double *work);
#endif
