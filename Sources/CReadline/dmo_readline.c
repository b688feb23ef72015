#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <readline/readline.h>
#include <readline/history.h>

enum { CTRL_C = 3, CTRL_Z = 26 };

static struct {
  int finished;
  enum dmo_rl_outcome outcome;
  char *line;
  dmo_rl_pending pending;
  void *pending_context;
  int window_pipe[2];
  /* The terminal as it was found, for fatal signals. */
  volatile sig_atomic_t is_prepared;
  struct termios found;
} self = {.window_pipe = {-1, -1}};

/* ---- Terminal modes ---- */

static void prepare_terminal(int meta) {
  int fd = fileno(rl_instream);
  if (!self.is_prepared && tcgetattr(fd, &self.found) == 0) self.is_prepared = 1;
  rl_prep_terminal(meta);
  struct termios modes;
  if (tcgetattr(fd, &modes) != 0) return;
  modes.c_cc[VINTR] = _POSIX_VDISABLE;
  modes.c_cc[VSUSP] = _POSIX_VDISABLE;
  tcsetattr(fd, TCSADRAIN, &modes);
}

static void release_terminal(void) {
  rl_deprep_terminal();
  self.is_prepared = 0;
}

void dmo_rl_restore_terminal(void) {
  if (!self.is_prepared) return;
  static const char paste_off[] = "\033[?2004l\r\n";
  tcsetattr(fileno(rl_instream), TCSANOW, &self.found);
  if (isatty(fileno(rl_outstream))) {
    ssize_t ignored = write(fileno(rl_outstream), paste_off, sizeof paste_off - 1);
    (void)ignored;
  }
  self.is_prepared = 0;
}

/* ---- Keys ---- */

static void interrupt(void) {
  rl_point = rl_end;
  (*rl_redisplay_function)();
  fputs("^C", rl_outstream);
  rl_crlf();
  fflush(rl_outstream);
  self.outcome = DMO_RL_INTERRUPTED;
}

static int interrupt_key(int count, int key) {
  (void)count, (void)key;
  interrupt();
  rl_done = 1;
  return 0;
}

static int suspend_key(int count, int key) {
  (void)count, (void)key;
  fputs("^Z", rl_outstream);
  rl_crlf();
  release_terminal();
  kill(0, SIGTSTP);
  /* Here again after `fg`, perhaps in another window. */
  prepare_terminal(1);
  rl_reset_screen_size();
  rl_on_new_line();
  (*rl_redisplay_function)();
  return 0;
}

static void bind_keys(void) {
  Keymap maps[] = {emacs_standard_keymap, vi_insertion_keymap, vi_movement_keymap};
  for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
    rl_bind_key_in_map(CTRL_C, interrupt_key, maps[i]);
    rl_bind_key_in_map(CTRL_Z, suspend_key, maps[i]);
  }
}

/* ---- Reading ---- */

static void window_changed(int signal) {
  (void)signal;
  int saved = errno;
  ssize_t ignored = write(self.window_pipe[1], "", 1);
  (void)ignored;
  errno = saved;
}

static void take_line(char *line) {
  rl_callback_handler_remove();
  self.finished = 1;
  if (self.outcome == DMO_RL_INTERRUPTED) {
    free(line);
  } else {
    self.outcome = line ? DMO_RL_LINE : DMO_RL_END;
    self.line = line;
  }
}

/* Ends the line from outside of readline's own dispatch. */
static void stop(enum dmo_rl_outcome outcome) {
  if (outcome == DMO_RL_INTERRUPTED) interrupt();
  rl_free_line_state();
  rl_callback_sigcleanup();
  rl_callback_handler_remove();
  self.outcome = outcome;
  self.finished = 1;
}

static void wait_for_input(void) {
  struct pollfd sources[2] = {
    {.fd = fileno(rl_instream), .events = POLLIN}, {.fd = self.window_pipe[0], .events = POLLIN}};
  int ready = poll(sources, 2, self.pending ? 250 : -1);
  int wish = self.pending ? self.pending(self.pending_context) : 0;
  if (wish) {
    stop(wish == 1 ? DMO_RL_INTERRUPTED : DMO_RL_END);
  } else if (ready < 0) {
    if (errno != EINTR && errno != EAGAIN) stop(DMO_RL_END);
  } else {
    char drain[16];
    if (sources[1].revents) {
      while (read(self.window_pipe[0], drain, sizeof drain) > 0) {}
      rl_resize_terminal();
    }
    if (sources[0].revents) rl_callback_read_char();
  }
}

enum dmo_rl_outcome dmo_rl_read(const char *prompt, char **line) {
  struct sigaction action = {.sa_handler = window_changed, .sa_flags = SA_RESTART}, previous;
  sigemptyset(&action.sa_mask);
  sigaction(SIGWINCH, &action, &previous);
  self.finished = 0;
  self.outcome = DMO_RL_LINE;
  self.line = NULL;
  dmo_rl_forget_candidates();
  rl_reset_screen_size();
  rl_callback_handler_install(prompt, take_line);
  while (!self.finished) wait_for_input();
  sigaction(SIGWINCH, &previous, NULL);
  fflush(rl_outstream);
  *line = self.line;
  return self.outcome;
}

void dmo_rl_set_pending(dmo_rl_pending pending, void *context) {
  self.pending = pending;
  self.pending_context = context;
}

/* ---- Start ---- */

/* Swift programs start in the C locale, in which readline takes every byte for a character. */
static void use_locale_of_user(void) {
  setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX > 1) return;
  const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  for (int i = 0; i < 3; i++) {
    const char *value = getenv(names[i]);
    if (!value || !*value) continue;
    /* A locale that is not installed: its encoding is known all the same. */
    if (strcasestr(value, "utf-8") || strcasestr(value, "utf8")) setlocale(LC_CTYPE, "C.UTF-8");
    return;
  }
}

static FILE *stream(int fd, FILE *standard, const char *mode) {
  if (fd == fileno(standard)) return standard;
  int copy = dup(fd);
  if (copy < 0) return NULL;
  FILE *file = fdopen(copy, mode);
  if (!file) close(copy);
  return file;
}

int dmo_rl_open(const char *name, int input, int output) {
  static int is_set_up = 0;
  FILE *in = stream(input, stdin, "r");
  FILE *out = stream(output, stdout, "w");
  if (!in || !out) return -1;
  if (self.window_pipe[0] < 0 && pipe2(self.window_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
  rl_instream = in;
  rl_outstream = out;
  if (is_set_up) return 0;
  is_set_up = 1;

  use_locale_of_user();
  rl_readline_name = strdup(name);
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  /* LINES and COLUMNS in the environment would outlive the next change of the window. */
  rl_change_environment = 0;
  rl_prep_term_function = prepare_terminal;
  rl_deprep_term_function = release_terminal;
  dmo_rl_set_up_completion();
  /* Defaults of ours; the user's inputrc, which rl_initialize reads, may decide otherwise. */
  rl_variable_bind("show-all-if-ambiguous", "on");
  rl_variable_bind("enable-bracketed-paste", "on");
  using_history();
  rl_initialize();
  bind_keys();
  atexit(dmo_rl_restore_terminal);
  return 0;
}

/* ---- History ---- */

void dmo_rl_add_history(const char *entry) { add_history(entry); }
void dmo_rl_clear_history(void) { clear_history(); }
void dmo_rl_limit_history(int count) { stifle_history(count); }

/* ---- Pseudo-terminals ---- */

int dmo_rl_pseudo_terminal(int *slave) {
  char name[64];
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0) return -1;
  if (grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, name, sizeof name) == 0) {
    *slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*slave >= 0) return master;
  }
  close(master);
  return -1;
}

int dmo_rl_resize(int terminal, int columns, int rows) {
  struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
  if (ioctl(terminal, TIOCSWINSZ, &size) != 0) return -1;
  return kill(getpid(), SIGWINCH);
}
