#ifndef DMO_MPI_SHIM_H
#define DMO_MPI_SHIM_H
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

// MPI's constants are macros that Swift cannot see. Everything here is for one thread and MPI_COMM_WORLD, one tag.

/// Starts MPI; 0 or its error.
static inline int dmo_mpi_start(void) {
  int provided = 0;
  return MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
}

static inline int dmo_mpi_rank(void) {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

static inline int dmo_mpi_size(void) {
  int size = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

/// Waits until all ranks are here, and ends MPI.
static inline void dmo_mpi_finish(void) { MPI_Finalize(); }

/// Whether a message has come; its sender and its bytes.
static inline int dmo_mpi_probe(int *source, int *count) {
  MPI_Status status;
  int flag = 0;
  if (MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &flag, &status) != MPI_SUCCESS || !flag) return 0;
  *source = status.MPI_SOURCE;
  MPI_Get_count(&status, MPI_BYTE, count);
  return 1;
}

/// Takes a message that `dmo_mpi_probe` has found.
static inline int dmo_mpi_receive(void *buffer, int count, int source) {
  return MPI_Recv(buffer, count, MPI_BYTE, source, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

/// A message on its way, with the memory it is sent from.
struct dmo_mpi_sending {
  MPI_Request request;
  void *bytes;
};

/// Begins to send a copy of `bytes`. 0 or MPI's error.
static inline int dmo_mpi_send(const void *bytes, int count, int rank, struct dmo_mpi_sending *sending) {
  sending->bytes = malloc(count > 0 ? (size_t)count : 1);
  memcpy(sending->bytes, bytes, (size_t)count);
  return MPI_Isend(sending->bytes, count, MPI_BYTE, rank, 0, MPI_COMM_WORLD, &sending->request);
}

/// Whether a message has left, so that its memory is free again.
static inline int dmo_mpi_sent(struct dmo_mpi_sending *sending) {
  int flag = 0;
  if (MPI_Test(&sending->request, &flag, MPI_STATUS_IGNORE) != MPI_SUCCESS) flag = 1;
  if (flag) {
    free(sending->bytes);
    sending->bytes = NULL;
  }
  return flag;
}

/// The library's version in its own words.
static inline void dmo_mpi_library(char *text, int size) {
  char long_text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(long_text, &length);
  strncpy(text, long_text, (size_t)size - 1);
  text[size - 1] = 0;
}

#endif
