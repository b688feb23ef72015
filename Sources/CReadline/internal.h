/* Between the files of this target. */
#ifndef DMO_READLINE_INTERNAL_H
#define DMO_READLINE_INTERNAL_H

#include "dmo_readline.h"

/* Hooks completion into readline. */
void dmo_rl_set_up_completion(void);
/* Candidates belong to one line. */
void dmo_rl_forget_candidates(void);

#endif
