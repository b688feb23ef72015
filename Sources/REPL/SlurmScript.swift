import Foundation

/// A batch script for Slurm that runs a dmo script to its end, in as many turns as the time limit makes of it.
///
/// Slurm's early warning (`--signal`) reaches the batch shell, which passes it on to dmo: dmo lets simulations that run come to their
/// end, saves and exits with 143. The shell then puts the job back into the queue, and the next turn goes on from the study.
/// What exits otherwise (done, an error, SIGTERM from `scancel`) ends the job.
struct SlurmScript {
  /// The full path of dmo.
  let program: String
  /// The folder of the script, where the study is kept, too.
  let folder: String
  /// The script's file in that folder.
  let file: String
  /// `name=value`, as on dmo's command line.
  var values: [String] = []
  /// Options of dmo that are passed on.
  var options: [String] = []
  var request = Request()
  /// How many simulations run at the same time: text of the batch script, where `$SLURM_NTASKS` is known.
  var workers = "\"$SLURM_NTASKS\""
  /// Whether a study keeps what was evaluated, so that another turn can go on from there.
  var isResumable = true

  /// What is asked of Slurm.
  struct Request {
    var nodes = 1
    var tasksPerNode = 1
    var time = SlurmTime("24:00:00")!
    var partition: String?
    var account: String?
    /// Memory per node, in Slurm's spelling (`4G`).
    var memory: String?
    /// Seconds between the warning and the end.
    var signalSeconds = 300
  }

  /// Names the job and its log; only letters that neither Slurm's file name patterns nor a shell take for something else.
  var jobName: String {
    let base = file.hasSuffix(".dmo") ? String(file.dropLast(4)) : file
    let name = String(
      base.map { $0.isASCII && ($0.isLetter || $0.isNumber) || "._-".contains($0) ? $0 : "_" })
    return name.isEmpty || name.hasPrefix("-") ? "dmo" + name : name
  }

  var text: String { ([header, directives, run] + [isResumable ? requeue : finish]).joined(separator: "\n") }

  // MARK: Parts

  private var header: String {
    """
    #!/bin/bash
    # \(jobName) under Slurm, printed by 'dmo slurm'. Submit it with sbatch, whose options go before those below.

    """
  }

  private var directives: String {
    var lines = ["job-name=\(jobName)", "nodes=\(request.nodes)", "ntasks-per-node=\(request.tasksPerNode)"]
    lines.append("time=\(request.time.text)")
    if let partition = request.partition { lines.append("partition=\(partition)") }
    if let account = request.account { lines.append("account=\(account)") }
    if let memory = request.memory { lines.append("mem=\(memory)") }
    if isResumable { lines.append("signal=B:USR1@\(request.signalSeconds)") }
    lines += [isResumable ? "requeue" : "no-requeue", "open-mode=append", "output=\(jobName)-%j.log"]
    return lines.map { "#SBATCH --\($0)\n" }.joined()
  }

  /// dmo runs in the background, because a shell that waits for a command in the foreground does not run its traps.
  private var run: String {
    let words = [program, "-C", folder] + options
    let script = file.hasPrefix("-") || file.contains("=") ? "./" + file : file
    let line =
      words.map(Self.quoted).joined(separator: " ") + " --workers \(workers) "
      + ([script] + values).map(Self.quoted).joined(separator: " ")
    return """
      dmo= status= signals=0 warned= ended=
      pass() { signals=$((signals + 1)); [ -z "$dmo" ] || kill -"$1" "$dmo" 2>/dev/null; }
      trap 'warned=${warned:-$SECONDS}; pass USR1' USR1
      trap 'ended=yes; pass TERM' TERM

      \(line) &
      dmo=$!

      # A trapped signal ends 'wait' early: its status is dmo's own only when none came meanwhile.
      while :; do
        seen=$signals
        wait "$dmo"
        status=$?
        [ "$seen" -eq "$signals" ] && break
      \(deadline)done

      """
  }

  /// After the warning what runs may finish, but not up to the limit: a job that Slurm ends does not return to the queue.
  private var deadline: String {
    guard isResumable else { return "" }
    let grace = request.signalSeconds - min(60, request.signalSeconds / 2)
    return """
        while [ -n "$warned" ] && kill -0 "$dmo" 2>/dev/null; do
          if [ $((SECONDS - warned)) -ge \(grace) ]; then kill -TERM "$dmo" 2>/dev/null; fi
          sleep 1
        done

      """
  }

  /// 143: dmo was told to end, and what it has is saved. 138: the warning came before dmo could take it.
  private var requeue: String {
    """
    if [ -n "$warned" ] && [ -z "$ended" ] && { [ "$status" -eq 143 ] || [ "$status" -eq 138 ]; }; then
      echo "job $SLURM_JOB_ID: not finished, back to the queue (turn $((${SLURM_RESTART_COUNT:-0} + 1)) ends here)"
      scontrol requeue "$SLURM_JOB_ID" && exit 0
      echo "job $SLURM_JOB_ID: it could not be queued again; submit it again to go on" >&2
    fi
    \(finish)
    """
  }

  private var finish: String { "exit \"$status\"\n" }

  /// One word for a shell, whatever is in it.
  static func quoted(_ word: String) -> String {
    let harmless =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        byte >= 48 && byte <= 57 || byte >= 65 && byte <= 90 || byte >= 97 && byte <= 122
          || "/._-+=:,@%".utf8.contains(byte)
      }
    // The first character decides whether a word stands for a home folder or an option: a dash is wanted here, '~' is quoted.
    return harmless ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}

/// A duration as sbatch takes it: minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes or
/// days-hours:minutes:seconds.
struct SlurmTime {
  let text: String
  let seconds: Int

  /// nil for anything else, and for 0, which would ask for no limit.
  init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count <= 2, let clock = parts.last else { return nil }
    let fields = clock.split(separator: ":", omittingEmptySubsequences: false).map(Self.digits)
    guard fields.count <= 3, !fields.contains(nil) else { return nil }
    let numbers = fields.compactMap { $0 }
    let units: [Int]
    var seconds = 0
    if parts.count == 2 {
      guard let days = Self.digits(parts[0]) else { return nil }
      seconds = days * 86400
      units = [3600, 60, 1]
    } else {
      units = numbers.count == 3 ? [3600, 60, 1] : [60, 1]
    }
    // Only the first field may be as large as it likes, and in a day there are 24 hours.
    let bounds = parts.count == 2 ? [24, 60, 60] : [Int.max, 60, 60]
    for (number, (unit, bound)) in zip(numbers, zip(units, bounds)) {
      guard number < bound else { return nil }
      seconds += number * unit
    }
    guard seconds > 0 else { return nil }
    (self.text, self.seconds) = (text, seconds)
  }

  /// A year of minutes has six digits.
  private static func digits(_ text: Substring) -> Int? {
    guard (1...6).contains(text.count), text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    return Int(text)
  }
}
