#ifndef DMO_PROCESS_H
#define DMO_PROCESS_H

#include <sys/types.h>

// Processes, pipes and signals: the system interfaces that Swift cannot use safely (vfork, handlers).

/// What to start. `path` is run as it is (no PATH search); descriptors become 0, 1 and 2 of the child.
struct dmo_command {
  const char *path;
  char *const *argv;
  char *const *envp;
  /// The child's working folder; NULL keeps the parent's.
  const char *folder;
  int input;
  int output;
  int errors;
  /// Bytes of address space the program and each of its children may have (RLIMIT_AS); 0 leaves the limit as it is.
  size_t memory;
};

/// Which step of `dmo_spawn` failed.
enum dmo_step {
  DMO_STEP_NONE,
  DMO_STEP_FORK,
  DMO_STEP_FOLDER,
  DMO_STEP_DESCRIPTORS,
  DMO_STEP_MEMORY,
  DMO_STEP_EXEC
};

/// Starts a program in its own process group with default signal handlers and an empty signal mask, nothing
/// open but 0 to 2, and SIGKILL as its parent-death signal (it is sent when the calling *thread* ends).
/// Returns once the program runs: 0, or the errno of the failed `step`.
int dmo_spawn(const struct dmo_command *command, pid_t *pid, enum dmo_step *step);

/// Starts a program in a session of its own, away from the terminal's signals, with these as its 0, 1 and 2; it outlives us
/// unless it notices. `path` is run as it is. 0 or errno.
int dmo_spawn_session(const char *path, char *const *argv, char *const *envp, int input, int output, pid_t *pid);

/// Processors that this process may use; fewer than the machine has where it is bound to some.
int dmo_processors(void);

/// From now on SIGTERM comes when the process that started us ends.
void dmo_follow_parent(void);

/// Waits at most `seconds` for one of two descriptors (-1: none) to be readable: 1 and 2 for them, added; 0 after that time; -1 when
/// interrupted.
int dmo_wait(int first, int second, double seconds);

/// A process beside this one which, when this one ends, kills every process whose environment holds the string `mark`
/// (NAME=value): what simulators have left anywhere. 0 or errno.
int dmo_guard_start(const char *mark);
/// Lets the guard do its work now, and waits for its end.
void dmo_guard_dismiss(void);

/// A descriptor that polls readable when the process has ended; -1 where the kernel has none (before 5.3).
int dmo_pidfd(pid_t pid);
/// Signals the process behind a descriptor.
void dmo_pidfd_signal(int descriptor, int number);
/// Whether a child has ended; it stays a zombie, so its process group cannot be taken by another one.
int dmo_ended(pid_t pid);
/// Waits for a child and collects it: its exit status, or minus the number of the signal that ended it.
int dmo_reap(pid_t pid);

/// A pipe closed on exec. `ours` (0 reading end, 1 writing end) does not block. 0 or errno.
int dmo_pipe(int ends[2], int ours);
/// Makes the process fit for children: writing to a dead one is an error, not a signal; statuses are kept;
/// 0 to 2 are open; `count` descriptors may be.
void dmo_children_prepare(int count);

/// Whether a folder has no entries: 1 or 0; -1 when it is not there.
int dmo_folder_is_empty(const char *path);

/// Monotonic seconds.
double dmo_now(void);

/// Counts SIGINT and remembers SIGTERM, SIGUSR1 and SIGHUP instead of dying from them; ignores SIGPIPE.
/// A signal ignored at start (nohup, background jobs) stays ignored, except SIGINT where there is a terminal.
/// May be called again.
void dmo_signals_install(void);
/// How many SIGINT came since the last reset.
int dmo_interrupt_count(void);
void dmo_interrupt_reset(void);
/// The last of SIGTERM, SIGUSR1, SIGHUP that came; 0 when none did.
int dmo_terminate_signal(void);
void dmo_terminate_reset(void);
/// Polls readable after any of these signals until `dmo_signal_clear`: a poll on it cannot miss a signal that
/// came just before. -1 before `dmo_signals_install`.
int dmo_signal_descriptor(void);
void dmo_signal_clear(void);

#endif
