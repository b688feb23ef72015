#include "dmo_process.h"
