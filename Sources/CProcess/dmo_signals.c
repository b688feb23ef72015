#define _GNU_SOURCE
#include "dmo_process.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static volatile sig_atomic_t interrupts = 0;
static volatile sig_atomic_t terminate_signal = 0;
static volatile sig_atomic_t descriptor = -1;

static void note(int number) {
  int saved = errno;
  if (number == SIGINT) {
    interrupts = interrupts + 1;
  } else {
    // A warning does not take back an order to end.
    if (number != SIGUSR1 || terminate_signal == 0) terminate_signal = number;
  }
  uint64_t one = 1;
  if (write((int)descriptor, &one, sizeof one) < 0) { /* a full counter polls readable just as well */ }
  errno = saved;
}

void dmo_signals_install(void) {
  static const int caught[] = {SIGINT, SIGTERM, SIGUSR1, SIGHUP};
  if (descriptor < 0) descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  for (size_t i = 0; i < sizeof caught / sizeof *caught; i++) {
    struct sigaction action;
    if (sigaction(caught[i], NULL, &action) != 0) continue;
    int at_terminal = caught[i] == SIGINT && isatty(0);
    if (action.sa_handler == SIG_IGN && !at_terminal) continue;
    action.sa_handler = note;
    action.sa_flags = 0;  // no SA_RESTART: a blocking call returns, so that the signal is noticed
    sigfillset(&action.sa_mask);
    sigaction(caught[i], &action, NULL);
  }
  signal(SIGPIPE, SIG_IGN);
  // A limit on file sizes makes writing fail like a full disk does.
  signal(SIGXFSZ, SIG_IGN);
}

int dmo_interrupt_count(void) { return interrupts; }
void dmo_interrupt_reset(void) { interrupts = 0; }
int dmo_terminate_signal(void) { return terminate_signal; }
void dmo_terminate_reset(void) { terminate_signal = 0; }
int dmo_signal_descriptor(void) { return (int)descriptor; }

void dmo_signal_clear(void) {
  uint64_t count;
  if (descriptor >= 0 && read((int)descriptor, &count, sizeof count) < 0) { /* nothing to clear */ }
}
