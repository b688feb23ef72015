#include <sqlite3.h>

// Swift does not import macros that compute.
static const int dmo_sqlite_write = SQLITE_IOERR_WRITE;
static const int dmo_sqlite_short_read = SQLITE_IOERR_SHORT_READ;
