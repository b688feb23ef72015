#include "dmo_kernels.h"
