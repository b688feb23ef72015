#include <cblas.h>
#include <openblas_config.h>

// Debian's OpenBLAS carries LAPACK by its Fortran names only. Arguments are pointers; hidden string lengths come last and
// are one each.
#define DMO_LENGTH unsigned long
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, DMO_LENGTH);
void dlauum_(const char *uplo, const int *n, double *a, const int *lda, int *info, DMO_LENGTH);
void dpotrs_(const char *uplo, const int *n, const int *nrhs, const double *a, const int *lda, double *b, const int *ldb,
             int *info, DMO_LENGTH);
void dtrtri_(const char *uplo, const char *diag, const int *n, double *a, const int *lda, int *info, DMO_LENGTH, DMO_LENGTH);
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
             const int *lwork, int *iwork, const int *liwork, int *info, DMO_LENGTH, DMO_LENGTH);
#undef DMO_LENGTH
