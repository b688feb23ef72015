#define _GNU_SOURCE
#include "dmo_process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct report {
  volatile enum dmo_step step;
  volatile int error;
};

static void close_on_exec_from(int first) {
  if (close_range((unsigned)first, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  // Kernels before 5.11; our own descriptors are all close-on-exec already, this is for inherited ones.
  struct rlimit limit;
  int last = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 4096 ? (int)limit.rlim_cur : 4096;
  for (int fd = first; fd < last; fd++) {
    int flags = fcntl(fd, F_GETFD);
    if (flags >= 0) fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
  }
}

/// Never above what the system has set: raising a hard limit needs root, and a lower one serves as well.
static int limit_memory(size_t bytes) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0) return -1;
  if ((rlim_t)bytes < limit.rlim_max) limit.rlim_max = (rlim_t)bytes;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_AS, &limit);
}

/// What the child does between vfork and exec: system calls only, because it runs in the parent's memory.
static void become(const struct dmo_command *command, pid_t parent, struct report *report) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // the parent died before the line above
  report->step = DMO_STEP_FOLDER;
  if (command->folder && chdir(command->folder) != 0) goto failed;
  report->step = DMO_STEP_DESCRIPTORS;
  if (dup2(command->input, 0) < 0 || dup2(command->output, 1) < 0) goto failed;
  if (dup2(command->errors, 2) < 0) goto failed;
  close_on_exec_from(3);
  // Handlers must be gone before signals are let in: they would run in the parent's memory. (Nobody here
  // touches the real-time signals; leaving them out halves the cost.)
  for (int number = 1; number < 32; number++) {
    if (number != SIGKILL && number != SIGSTOP) signal(number, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  // Last: until exec the child lives in the parent's memory, which may be larger than its limit.
  report->step = DMO_STEP_MEMORY;
  if (command->memory && limit_memory(command->memory) != 0) goto failed;
  report->step = DMO_STEP_EXEC;
  execve(command->path, command->argv, command->envp);
failed:
  report->error = errno;
  _exit(127);
}

// vfork, not fork: nothing is copied however large this process is, and because parent and child share memory
// the child tells the reason of a failed exec directly, without a pipe.
int dmo_spawn(const struct dmo_command *command, pid_t *pid, enum dmo_step *step) {
  struct report report = {DMO_STEP_NONE, 0};
  sigset_t all, before;
  pid_t parent = getpid();
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t child = vfork();
  if (child == 0) become(command, parent, &report);
  int error = child < 0 ? errno : report.error;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  *step = child < 0 ? DMO_STEP_FORK : error ? report.step : DMO_STEP_NONE;
  if (child > 0 && error) dmo_reap(child);
  *pid = error ? -1 : child;
  return error;
}

int dmo_pidfd(pid_t pid) {
#ifdef SYS_pidfd_open
  return (int)syscall(SYS_pidfd_open, pid, 0);
#else
  return -1;
#endif
}

void dmo_pidfd_signal(int descriptor, int number) {
#ifdef SYS_pidfd_send_signal
  syscall(SYS_pidfd_send_signal, descriptor, number, NULL, 0);
#endif
}

int dmo_ended(pid_t pid) {
  siginfo_t info;
  info.si_pid = 0;
  int result = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);
  return result != 0 ? errno == ECHILD : info.si_pid == pid;
}

int dmo_reap(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return 0;
  }
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

int dmo_pipe(int ends[2], int ours) {
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  // Only our end: the flag belongs to the open file, and a child does not expect to find it on its own.
  fcntl(ends[ours], F_SETFL, O_NONBLOCK | (ours ? O_WRONLY : O_RDONLY));
  return 0;
}

void dmo_children_prepare(int count) {
  struct sigaction action;
  if (sigaction(SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN) signal(SIGCHLD, SIG_DFL);
  if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL) signal(SIGPIPE, SIG_IGN);
  for (int fd = open("/dev/null", O_RDWR); fd >= 0; fd = open("/dev/null", O_RDWR)) {
    if (fd > 2) {
      close(fd);
      break;
    }
  }
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < (rlim_t)count) {
    limit.rlim_cur = (rlim_t)count < limit.rlim_max ? (rlim_t)count : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

int dmo_folder_is_empty(const char *path) {
  DIR *folder = opendir(path);
  if (!folder) return -1;
  int entries = 0;
  while (entries < 3 && readdir(folder)) entries++;
  closedir(folder);
  return entries < 3;  // "." and ".." are always there
}

double dmo_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int dmo_spawn_session(const char *path, char *const *argv, char *const *envp, int input, int output, pid_t *pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_adddup2(&actions, output, 2);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  int error = posix_spawn(pid, path, &actions, &attributes, argv, envp);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

int dmo_processors(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (int)count : 1;
}

void dmo_follow_parent(void) { prctl(PR_SET_PDEATHSIG, SIGTERM); }

int dmo_wait(int first, int second, double seconds) {
  struct pollfd polled[2] = {{first, POLLIN, 0}, {second, POLLIN, 0}};
  if (seconds < 0) seconds = 0;
  if (seconds > 1e6) seconds = 1e6;
  struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  int count = ppoll(polled, 2, &time, NULL);
  if (count < 0) return -1;
  return (polled[0].revents ? 1 : 0) + (polled[1].revents ? 2 : 0);
}
