import Foundation
import Testing

@testable import REPL

/// `dmo slurm`: the batch script that it prints, run by a shell among stand-ins for Slurm's own programs.
@Suite struct SlurmTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.write("sim.sh", Scripts.waiting)
    try place.write(
      "s.dmo", "arg n = 6\n" + Scripts.study("m", points: 6).replacing("sobol 6", with: "sobol n"))
  }

  // MARK: The text

  @Test func goldenText() throws {
    let script = SlurmScript(
      program: "/opt/dmo/dmo", folder: "/home/ada/my fits", file: "cell.dmo",
      values: ["budget=200", "kind=\"a b\""],
      options: ["-q"],
      request: .init(
        nodes: 4, tasksPerNode: 32, time: try #require(SlurmTime("2-12")), partition: "long",
        account: "neuro",
        memory: "64G", signalSeconds: 200))
    #expect(
      script.text == """
        #!/bin/bash
        # cell under Slurm, printed by 'dmo slurm'. Submit it with sbatch, whose options go before those below.

        #SBATCH --job-name=cell
        #SBATCH --nodes=4
        #SBATCH --ntasks-per-node=32
        #SBATCH --time=2-12
        #SBATCH --partition=long
        #SBATCH --account=neuro
        #SBATCH --mem=64G
        #SBATCH --signal=B:USR1@200
        #SBATCH --requeue
        #SBATCH --open-mode=append
        #SBATCH --output=cell-%j.log

        dmo= status= signals=0 warned= ended=
        pass() { signals=$((signals + 1)); [ -z "$dmo" ] || kill -"$1" "$dmo" 2>/dev/null; }
        trap 'warned=${warned:-$SECONDS}; pass USR1' USR1
        trap 'ended=yes; pass TERM' TERM

        /opt/dmo/dmo -C '/home/ada/my fits' -q --workers "$SLURM_NTASKS" cell.dmo budget=200 'kind="a b"' &
        dmo=$!

        # A trapped signal ends 'wait' early: its status is dmo's own only when none came meanwhile.
        while :; do
          seen=$signals
          wait "$dmo"
          status=$?
          [ "$seen" -eq "$signals" ] && break
          while [ -n "$warned" ] && kill -0 "$dmo" 2>/dev/null; do
            if [ $((SECONDS - warned)) -ge 140 ]; then kill -TERM "$dmo" 2>/dev/null; fi
            sleep 1
          done
        done

        if [ -n "$warned" ] && [ -z "$ended" ] && { [ "$status" -eq 143 ] || [ "$status" -eq 138 ]; }; then
          echo "job $SLURM_JOB_ID: not finished, back to the queue (turn $((${SLURM_RESTART_COUNT:-0} + 1)) ends here)"
          scontrol requeue "$SLURM_JOB_ID" && exit 0
          echo "job $SLURM_JOB_ID: it could not be queued again; submit it again to go on" >&2
        fi
        exit "$status"

        """)
  }

  @Test(arguments: [
    ("1", 60), ("90", 5400), ("1:30", 90), ("24:00:00", 86400), ("100:00:01", 360_001), ("2-12", 216_000),
    ("0-0:30", 1800), ("1-00:00:01", 86401),
  ]) func times(text: String, seconds: Int) { #expect(SlurmTime(text)?.seconds == seconds) }

  @Test(arguments: [
    "", "0", "0:00", "-1", "1-", "-", "1.5", "24h", "1:60", "0:61:00", "1-24", "1-1:60", "1:2:3:4", "1--2",
    "1-2-3",
    " 5", "5 ", "٣", "UNLIMITED", "9999999",
  ]) func malformedTimes(text: String) { #expect(SlurmTime(text) == nil) }

  @Test(arguments: [
    ("plain/name-1.dmo", "plain/name-1.dmo"), ("", "''"), ("a b", "'a b'"), ("it's", "'it'\\''s'"),
    ("$HOME `x` \\ \"q\"", "'$HOME `x` \\ \"q\"'"), ("~", "'~'"), ("x=1;rm", "'x=1;rm'"), ("ä", "'ä'"),
    ("a\nb", "'a\nb'"),
  ]) func quoting(word: String, quoted: String) { #expect(SlurmScript.quoted(word) == quoted) }

  // MARK: The command line

  @Test func printsAndNothingElse() throws {
    let before = try FileManager.default.subpathsOfDirectory(atPath: place.folder).filter {
      !$0.contains(".run")
    }
    let result = try place.dmo(
      "slurm", "s.dmo", "--ntasks-per-node", "8", "--time", "1:00:00", "--partition", "short", "n=4", "-q")
    #expect(result.status == 0 && result.errors == "", "\(result.all)")
    #expect(result.output.contains("#SBATCH --time=1:00:00\n#SBATCH --partition=short\n"), "\(result.output)")
    #expect(
      result.output.contains(
        "/dmo -C \(place.folder) -q --launcher local --workers \"$SLURM_NTASKS\" s.dmo n=4 &"),
      "\(result.output)")
    #expect(result.output.contains(#/\n\/[^ ]*\/dmo -C/#), "dmo with its full path: \(result.output)")
    let after = try FileManager.default.subpathsOfDirectory(atPath: place.folder).filter {
      !$0.contains(".run")
    }
    #expect(before == after, "nothing is written")
  }

  @Test func folderOfTheJob() throws {
    try place.write("sub dir/t.dmo", "study \"t\"\nparam x in [0, 1]\nminimize f = x\n")
    #expect(
      try place.dmo("slurm", "sub dir/t.dmo").output.contains(
        "-C '\(place.folder)/sub dir' --launcher local --workers"))
    #expect(
      try place.dmo("slurm", "-C", ".", "sub dir/t.dmo").output.contains(
        "-C \(place.folder) --launcher local --workers \"$SLURM_NTASKS\" 'sub dir/t.dmo' &"),
      "a folder given is the one to work in")
  }

  @Test func workers() throws {
    #expect(try place.dmo("slurm", "s.dmo", "--workers", "5").output.contains(" --workers 5 s.dmo"))
    #expect(try place.dmo("slurm", "s.dmo", "--nodes", "2").output.contains(" --launcher srun --workers"))
    try place.write(
      "p.dmo",
      Scripts.study("p", points: 2).replacing(
        "output y", with: "output y\nlauncher = \"srun -n {ranks}\"\nranks = 16"))
    let parallel = try place.dmo("slurm", "p.dmo", "--nodes", "4", "--ntasks-per-node", "32")
    #expect(
      parallel.output.contains(
        "-C \(place.folder) --launcher local --workers $((SLURM_NTASKS / 16)) p.dmo &"),
      "\(parallel.all)")
    let narrow = try place.dmo("slurm", "p.dmo")
    #expect(narrow.status == 2 && narrow.errors.contains("'cell' runs on 16 ranks"), "\(narrow.all)")
  }

  @Test func withoutAStudyNothingIsQueuedAgain() throws {
    try place.write("n.dmo", "param x in [0, 1]\nminimize f = x\n")
    let result = try place.dmo("slurm", "n.dmo")
    #expect(result.status == 0 && result.errors.contains("the script has no study"), "\(result.all)")
    #expect(
      result.output.contains("#SBATCH --no-requeue\n") && !result.output.contains("scontrol"),
      "\(result.output)")
    #expect(!result.output.contains("--signal"))
    try place.write("n.sh", result.output)
    #expect(try place.shell("bash -n n.sh && SLURM_NTASKS=2 bash n.sh").status == 0)
  }

  @Test(arguments: [
    (["slurm"], "expected a script behind 'slurm'"), (["slurm", "none.dmo"], "there is no file 'none.dmo'"),
    (["slurm", "-"], "a batch job has no standard input"), (["slurm", "n=1"], "no script before it"),
    (["slurm", "s.dmo", "--nodes", "0"], "--nodes: expected a number from 1 to 1000000, found 0"),
    (["slurm", "s.dmo", "--ntasks-per-node", "-3"], "ntasks-per-node"),
    (["slurm", "s.dmo", "--nodes", "two"], "'two' is invalid for '--nodes"),
    (["slurm", "s.dmo", "--time", "1h"], "--time: expected a duration such as 90 (minutes), 24:00:00"),
    (["slurm", "s.dmo", "--time", "5"], "--time 5 leaves nothing to simulate in"),
    (["slurm", "s.dmo", "--signal-seconds", "5"], "--signal-seconds: expected a number from 10"),
    (["slurm", "s.dmo", "--memory", "4GB"], "--memory: expected a size such as 4G or 500M, found '4GB'"),
    (["slurm", "s.dmo", "--partition", "a b"], "--partition: expected a name"),
    (["slurm", "s.dmo", "--account", "x\n#SBATCH --exclusive"], "--account: expected a name"),
    (["slurm", "s.dmo", "n=1", "n=2"], "'n' is given twice"),
    (["slurm", "s.dmo", "-i"], "-i has no place in it"),
    (["slurm", "-e", "1"], "-e has no place in it"),
    (["s.dmo", "--time", "5"], "--time belongs to 'dmo slurm"),
    (["check", "s.dmo", "--nodes", "2"], "--nodes belongs to 'dmo slurm"),
  ]) func usage(arguments: [String], message: String) throws {
    let result = try place.start(arguments).result()
    #expect(result.status == 2 && result.output == "", "\(result.all)")
    #expect(result.errors.hasPrefix("error: ") && result.errors.contains(message), "\(result.all)")
  }

  @Test func aScriptWithAnErrorIsNotPrinted() throws {
    try place.write("bad.dmo", "study \"b\"\nlet a = b\n")
    let bad = try place.dmo("slurm", "bad.dmo")
    #expect(bad.status == 3 && bad.output == "" && bad.errors.contains("unknown name 'b'"), "\(bad.all)")
    let value = try place.dmo("slurm", "s.dmo", "m=1")
    #expect(value.status == 3 && value.output == "" && value.errors.contains("no 'arg m'"), "\(value.all)")
  }

  // MARK: Running it

  /// Stand-ins that note how they were called.
  private func install() throws {
    try place.write("bin/scontrol", "#!/bin/sh\necho \"$@\" >> '\(place.path("scontrol"))'\n")
    chmod(place.path("bin/scontrol"), 0o755)
    place.environment["PATH"] = place.path("bin") + ":" + (place.environment["PATH"] ?? "")
    place.environment["SLURM_JOB_ID"] = "42"
    place.environment["SLURM_NTASKS"] = "2"
  }

  /// Prints the batch script of `s.dmo` and runs it as Slurm does, as a file of its own.
  private func submit(_ script: String = "s.dmo", signalSeconds: Int = 300) throws -> Workplace.Run {
    try install()
    let printed = try place.dmo("slurm", script, "--signal-seconds", "\(signalSeconds)")
    try place.write("job", printed.output)
    #expect(try place.shell("bash -n job").status == 0, "\(printed.all)")
    return try place.start(program: "/bin/bash", ["job"])
  }

  @Test func theWarningFinishesWhatRunsAndReturnsToTheQueue() throws {
    let run = try submit()
    #expect(Workplace.eventually { place.started == 2 }, "as many as the allocation has tasks")
    run.child.send(SIGUSR1)
    #expect(Workplace.eventually { run.errors.contains("finishing 2 running simulations") }, "\(run.errors)")
    #expect(run.child.wait(seconds: 0) == nil && place.started == 2)
    try place.write("go", "")
    let first = try run.result()
    #expect(first.status == 0 && place.text("scontrol") == "requeue 42\n", "\(first.all)")
    #expect(
      first.output.contains("job 42: not finished, back to the queue (turn 1 ends here)"), "\(first.all)")

    place.environment["SLURM_RESTART_COUNT"] = "1"
    let second = try place.start(program: "/bin/bash", ["job"]).result()
    #expect(second.status == 0 && second.errors.contains("2 evaluations remembered"), "\(second.all)")
    #expect(place.started == 6 && place.text("scontrol") == "requeue 42\n", "finished: it does not return")
  }

  @Test func aSimulationLongerThanTheWarningIsEndedInTime() throws {
    let run = try submit(signalSeconds: 10)
    #expect(Workplace.eventually { place.started == 2 })
    run.child.send(SIGUSR1)
    let result = try run.result(within: 40)
    #expect(result.status == 0 && place.text("scontrol") == "requeue 42\n", "\(result.all)")
    #expect(Workplace.eventually { place.simulators().isEmpty })
  }

  @Test func terminationEndsTheJobForGood() throws {
    let run = try submit()
    #expect(Workplace.eventually { place.started == 2 })
    run.child.send(SIGTERM)
    let result = try run.result()
    #expect(result.status == 143 && !place.exists("scontrol"), "\(result.all)")
    #expect(result.errors.contains("terminated; what was evaluated is in m.study"))
    #expect(Workplace.eventually { place.simulators().isEmpty })
  }

  @Test func terminationAfterTheWarningEndsTheJobForGood() throws {
    let run = try submit()
    #expect(Workplace.eventually { place.started == 2 })
    run.child.send(SIGUSR1)
    #expect(Workplace.eventually { run.errors.contains("finishing 2 running simulations") }, "\(run.errors)")
    run.child.send(SIGTERM)
    let result = try run.result()
    #expect(result.status == 143 && !place.exists("scontrol"), "\(result.all)")
  }

  @Test func aRealErrorDoesNotReturn() throws {
    try place.write("e.dmo", "study \"e\"\nparam x in [0, 1]\nminimize f = x\nlet p = pareto\n")
    let result = try submit("e.dmo").result()
    #expect(result.status == 1 && !place.exists("scontrol"), "\(result.all)")
    #expect(result.errors.contains("nothing is evaluated yet"))
  }

  @Test func whereTheQueueRefusesTheJobSaysSo() throws {
    let run = try submit()
    try place.write("bin/scontrol", "#!/bin/sh\nexit 1\n")
    #expect(Workplace.eventually { place.started == 2 })
    run.child.send(SIGUSR1)
    #expect(Workplace.eventually { run.errors.contains("finishing 2 running simulations") }, "\(run.errors)")
    try place.write("go", "")
    let result = try run.result()
    #expect(result.status == 143, "\(result.all)")
    #expect(result.errors.contains("it could not be queued again"), "\(result.all)")
  }
}
