#include "dmo_hdf5.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct dmo_hdf5 library;
static int is_loaded;
static char failure[512];
static pthread_once_t once = PTHREAD_ONCE_INIT;

// Debian's name first, then everyone's; the number is the library's own count of incompatible changes, newest first.
static const char *const names[] = {
    "libhdf5_serial.so.320", "libhdf5_serial.so.310", "libhdf5_serial.so.200", "libhdf5_serial.so.103",
    "libhdf5.so.320",        "libhdf5.so.310",        "libhdf5.so.200",        "libhdf5.so.103",
    "libhdf5_serial.so",     "libhdf5.so",
};

static int find_values(void *handle) {
  const struct {
    const char *name;
    hid_t *place;
  } values[] = {
      {"H5T_STD_I8LE_g", &library.int8},
      {"H5T_STD_U16LE_g", &library.uint16},
      {"H5T_STD_I32LE_g", &library.int32},
      {"H5T_STD_U32LE_g", &library.uint32},
      {"H5T_STD_I64LE_g", &library.int64},
      {"H5T_IEEE_F32LE_g", &library.float32},
      {"H5T_IEEE_F64LE_g", &library.float64},
      {"H5T_C_S1_g", &library.c_string},
      {"H5T_NATIVE_DOUBLE_g", &library.native_double},
      {"H5P_CLS_DATASET_CREATE_ID_g", &library.dataset_create},
  };
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    const hid_t *value = dlsym(handle, values[i].name);
    if (!value) {
      snprintf(failure, sizeof failure, "the HDF5 library has no %s", values[i].name);
      return 0;
    }
    *values[i].place = *value;
  }
  return 1;
}

static void load(void) {
  // A file system without locks (some parallel ones) is no reason to refuse a file; one that is being written still is.
  setenv("HDF5_USE_FILE_LOCKING", "BEST_EFFORT", 0);
  void *handle = NULL;
  for (size_t i = 0; !handle && i < sizeof names / sizeof *names; i++) handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    snprintf(failure, sizeof failure, "the HDF5 library is not installed here (on Debian and Ubuntu: apt-get install libhdf5-dev)");
    return;
  }
#define DMO_HDF5_FIND(name)                                                              \
  if (!(library.name = (__typeof__(library.name))dlsym(handle, "H5" #name))) {           \
    snprintf(failure, sizeof failure, "the HDF5 library has no function H5%s", #name);   \
    return;                                                                              \
  }
  DMO_HDF5_FUNCTIONS(DMO_HDF5_FIND)
  unsigned major = 0, minor = 0, release = 0;
  if (library.open() < 0 || library.get_libversion(&major, &minor, &release) < 0) {
    snprintf(failure, sizeof failure, "the HDF5 library does not start");
    return;
  }
  // Identifiers had 32 bits before 1.10.
  if (major < 1 || (major == 1 && minor < 10)) {
    snprintf(failure, sizeof failure, "HDF5 %u.%u.%u is too old: expected 1.10 or later", major, minor, release);
    return;
  }
  if (!find_values(handle)) return;
  is_loaded = 1;
}

const struct dmo_hdf5 *dmo_hdf5_library(char *reason, size_t size) {
  pthread_once(&once, load);
  if (is_loaded) {
    // dmo tells errors itself; where the library knows threads, each has a setting of its own.
    library.Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return &library;
  }
  snprintf(reason, size, "%s", failure);
  return NULL;
}

struct reason {
  char *text;
  size_t size;
};

static herr_t keep_first(unsigned place, const H5E_error2_t *error, void *data) {
  struct reason *reason = data;
  if (place == 0 && error->desc) snprintf(reason->text, reason->size, "%s", error->desc);
  return 0;
}

void dmo_hdf5_reason(char *text, size_t size) {
  struct reason reason = {text, size};
  if (size) *text = 0;
  if (is_loaded) library.Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &reason);
}
