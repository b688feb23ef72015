#include "dmo_readline.h"
