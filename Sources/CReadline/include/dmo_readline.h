/* GNU readline behind a small interface: it owns readline's global variables, which Swift 6 cannot touch
 * safely, and drives readline through its callback interface and poll.
 *
 * While a line is read, the terminal sends Ctrl-C and Ctrl-Z as characters instead of raising signals, so
 * that no interrupt is ever lost, doubled or left over for later; between two lines the terminal is as it
 * was found, and Ctrl-C raises SIGINT for the command that runs then.
 *
 * All calls come from one thread. */
#ifndef DMO_READLINE_H
#define DMO_READLINE_H

#include <stddef.h>

enum dmo_rl_outcome {
  DMO_RL_LINE,
  /* Ctrl-D on an empty line, or the end of the input. */
  DMO_RL_END,
  /* Ctrl-C: what was typed is gone. */
  DMO_RL_INTERRUPTED,
};

/* To be called before anything else, and again to change streams. `name` is what `$if name` means in the
 * user's inputrc. Answers 0, or -1 where a stream cannot be opened (errno says why). */
int dmo_rl_open(const char *name, int input, int output);

/* Reads one line, which may hold newlines if it was pasted. `*line` is set for DMO_RL_LINE only and freed by
 * the caller with `free`. Bytes of the prompt between \001 and \002 take no room on the screen. */
enum dmo_rl_outcome dmo_rl_read(const char *prompt, char **line);

/* Asked at least four times a second while a line is read: 0 goes on, 1 interrupts as Ctrl-C does, 2 ends as
 * Ctrl-D does. For signals that others send. NULL asks nobody. */
typedef int (*dmo_rl_pending)(void *context);
void dmo_rl_set_pending(dmo_rl_pending pending, void *context);

/* Completion: the function is given the whole line and the cursor in bytes, and answers through the two
 * functions below. Candidates replace the text from `start` to the cursor. */
typedef struct dmo_rl_candidates dmo_rl_candidates;
typedef void (*dmo_rl_completer)(void *context, const char *line, size_t cursor, dmo_rl_candidates *answer);
void dmo_rl_set_completer(dmo_rl_completer completer, void *context);
void dmo_rl_start(dmo_rl_candidates *answer, size_t start);
/* `append` is put behind a candidate that is the only one; 0 puts nothing there. */
void dmo_rl_candidate(dmo_rl_candidates *answer, const char *text, char append);

/* The list that the arrow keys and Ctrl-R go through; entries may hold newlines. */
void dmo_rl_add_history(const char *entry);
void dmo_rl_clear_history(void);
void dmo_rl_limit_history(int count);

/* Gives the terminal back as it was found, if a line is being read: for handlers of fatal signals. */
void dmo_rl_restore_terminal(void);

/* A new pseudo-terminal: answers the master's file descriptor, or -1. For tests. */
int dmo_rl_pseudo_terminal(int *slave);

/* Sets the size of a pseudo-terminal and tells this process that it changed, as a window manager would.
 * For tests. */
int dmo_rl_resize(int terminal, int columns, int rows);

#endif
