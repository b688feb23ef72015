#ifndef DMO_HDF5_H
#define DMO_HDF5_H
#if __has_include(<hdf5/serial/hdf5.h>)
#include <hdf5/serial/hdf5.h>
#elif __has_include(<hdf5.h>)
#include <hdf5.h>
#else
#error "the headers of HDF5 are missing; on Debian and Ubuntu: apt-get install libhdf5-dev (scripts/setup does)"
#endif
#include <stddef.h>

// HDF5's library is loaded when a file of it is first read or written, not when dmo starts: it brings thirty others along, which would
// double the time to the prompt, on every worker as well. The headers give the types of its functions, so a changed one does not compile.

/// The functions of the HDF5 library that dmo calls, named as there without the H5.
struct dmo_hdf5 {
#define DMO_HDF5_FUNCTIONS(X) \
  X(open) X(get_libversion) X(Eset_auto2) X(Eclear2) X(Ewalk2) \
  X(Fopen) X(Fcreate) X(Fclose) X(Fis_hdf5) X(Fflush) \
  X(Gopen2) X(Gcreate2) X(Gclose) X(Gget_info) X(Lexists) X(Lget_name_by_idx) X(Oopen) X(Oclose) X(Iget_type) \
  X(Dopen2) X(Dcreate2) X(Dclose) X(Dread) X(Dwrite) X(Dget_space) X(Dget_type) X(Dset_extent) \
  X(Screate) X(Screate_simple) X(Sclose) X(Sget_simple_extent_ndims) X(Sget_simple_extent_dims) X(Sselect_hyperslab) \
  X(Pcreate) X(Pclose) X(Pset_chunk) X(Pset_obj_track_times) \
  X(Tcopy) X(Tcreate) X(Tclose) X(Tinsert) X(Topen2) X(Tcommit2) X(Tget_class) X(Tget_size) X(Tset_size) \
  X(Tset_cset) X(Tset_strpad) X(Tget_order) X(Tget_super) X(Tget_nmembers) X(Tget_member_name) X(Tget_member_type) \
  X(Tget_member_value) X(Tenum_create) X(Tenum_insert) X(Tarray_create2) X(Tget_array_ndims) X(Tget_array_dims2) \
  X(Tis_variable_str) X(free_memory)
#define DMO_HDF5_MEMBER(name) __typeof__(&H5##name) name;
  DMO_HDF5_FUNCTIONS(DMO_HDF5_MEMBER)
#undef DMO_HDF5_MEMBER
  // Values that the library makes known through variables.
  hid_t int8, uint16, int32, uint32, int64, float32, float64, c_string;
  hid_t native_double;
  hid_t dataset_create;
};

// Macros that Swift cannot see.
static const unsigned dmo_hdf5_read_only = 0x0000u;  // H5F_ACC_RDONLY
static const unsigned dmo_hdf5_truncate = 0x0002u;   // H5F_ACC_TRUNC
static const hid_t dmo_hdf5_default = 0;             // H5P_DEFAULT
static const hid_t dmo_hdf5_all = 0;                 // H5S_ALL
static const hsize_t dmo_hdf5_unlimited = (hsize_t)(-1);  // H5S_UNLIMITED
static const ptrdiff_t dmo_hdf5_variable = -1;         // H5T_VARIABLE, which is all bits of a size_t

/// The library, loaded at the first call; NULL, and why not in `reason`, if there is none that will do.
const struct dmo_hdf5 *dmo_hdf5_library(char *reason, size_t size);

/// What the library says about the failure of its last call on this thread, from its innermost function; empty if it says nothing.
void dmo_hdf5_reason(char *reason, size_t size);

#endif
