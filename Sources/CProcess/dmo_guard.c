#define _GNU_SOURCE
#include "dmo_process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// A simulator dies with dmo by its parent-death signal, but what it has started itself does not, and may have left its process group.
// What such processes keep is their environment: a mark in it that no other dmo uses finds them all. They are looked for when dmo
// ends, however it does, by a process that waits for nothing else and shares nothing but a pipe.

static int guard_pipe = -1;
static pid_t guard_pid = 0;

/// Whether the environment of a process holds the mark as one whole entry.
static int is_marked(pid_t pid, const char *mark, size_t length) {
  char path[64], buffer[1 << 16];
  size_t matched = 0;
  int at_start = 1, found = 0;
  // Not snprintf: this process was cloned from one with threads, whose locks may be held for ever.
  char *end = path + sizeof path - 1;
  *end = 0;
  memcpy(end -= 8, "/environ", 8);
  for (pid_t rest = pid; rest > 0; rest /= 10) *--end = (char)('0' + rest % 10);
  memcpy(end -= 6, "/proc/", 6);
  int file = open(end, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t count;
  while (!found && (count = read(file, buffer, sizeof buffer)) > 0) {
    for (ssize_t i = 0; i < count && !found; i++) {
      if (buffer[i] == 0) {
        found = matched == length;
        at_start = 1;
        matched = 0;
      } else if (at_start && matched < length && buffer[i] == mark[matched]) {
        matched++;
      } else {
        at_start = 0;
        matched = 0;
      }
    }
  }
  close(file);
  return found;
}

struct entry64 {
  unsigned long long number;
  long long offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

/// Kills all marked processes; how many there were.
static int sweep(const char *mark, size_t length) {
  char buffer[1 << 15] __attribute__((aligned(8)));
  int killed = 0, folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return 0;
  long count;
  while ((count = syscall(SYS_getdents64, folder, buffer, sizeof buffer)) > 0) {
    for (long at = 0; at < count;) {
      const struct entry64 *entry = (const struct entry64 *)(buffer + at);
      at += entry->length;
      pid_t pid = 0;
      for (const char *c = entry->name; *c >= '0' && *c <= '9'; c++) pid = pid * 10 + (*c - '0');
      if (pid <= 1 || pid == getpid()) continue;
      // The descriptor first: the number may belong to another process by the time it is used.
      int process = dmo_pidfd(pid);
      if (is_marked(pid, mark, length)) {
        if (process >= 0) dmo_pidfd_signal(process, SIGKILL);
        else kill(pid, SIGKILL);
        killed++;
      }
      if (process >= 0) close(process);
    }
  }
  close(folder);
  return killed;
}

static void stand_guard(int pipe, const char *mark) {
  setsid();
  prctl(PR_SET_NAME, "dmo-guard");
  prctl(PR_SET_PDEATHSIG, 0);
  for (int number = 1; number < 32; number++) {
    if (number != SIGKILL && number != SIGSTOP) signal(number, SIG_IGN);
  }
  // Nothing of dmo's may be held open by us: pipes, locks, the terminal.
  dup2(pipe, 0);
  if (close_range(1, ~0U, 0) != 0) {
    for (int fd = 1; fd < 4096; fd++) close(fd);
  }
  char word = 0;
  ssize_t count;
  do count = read(0, &word, 1);
  while (count < 0 && errno == EINTR);
  // After a violent end something may be starting while we look: the next look finds it.
  int enough = count == 1 ? 1 : 2;
  struct timespec pause = {0, 20 * 1000 * 1000};
  for (int quiet = 0, looks = 0; quiet < enough && looks < 500; looks++) {
    quiet = sweep(mark, strlen(mark)) ? 0 : quiet + 1;
    if (quiet < enough) nanosleep(&pause, NULL);
  }
  _exit(0);
}

int dmo_guard_start(const char *mark) {
  if (guard_pipe >= 0) return 0;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  // Not fork(): its handlers (OpenBLAS has one) would stop threads that we need.
  long child = syscall(SYS_clone, (unsigned long)SIGCHLD, 0, 0, 0, 0);
  if (child == 0) stand_guard(ends[0], mark);
  int error = child < 0 ? errno : 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(ends[0]);
  if (error) {
    close(ends[1]);
    return error;
  }
  guard_pipe = ends[1];
  guard_pid = (pid_t)child;
  return 0;
}

void dmo_guard_dismiss(void) {
  if (guard_pipe < 0) return;
  char word = 'q';
  if (write(guard_pipe, &word, 1) < 0) { /* it is gone already */ }
  close(guard_pipe);
  guard_pipe = -1;
  dmo_reap(guard_pid);
}
