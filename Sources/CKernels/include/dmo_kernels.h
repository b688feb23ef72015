// Vector kernels: what Swift's own vectors are too slow for. One file per idea; every function names its shapes.
#ifndef DMO_KERNELS_H
#define DMO_KERNELS_H

#include "dmo_network.h"
#include "box_union.h"
#include "limited_front.h"
#include "matern.h"

// OpenBLAS's name of the best kernels that the processor can run, of those that every release since 2018 has; NULL where none is better
// than its oldest.
const char *dmo_processor_core(void);

#endif
