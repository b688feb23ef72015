import Foundation
import Testing

/// Simulators that cannot be run, through the whole program: a failure is data with a reason.
@Suite struct SimulatorFaultTests {
  let place: Workplace
  init() throws { place = try Workplace() }

  private func script(_ settings: String) -> String {
    """
    study "m"
    param x in [0, 1]
    simulator cell {
      \(settings)
      output y
    }
    minimize f = cell.y
    sample sobol 4
    evaluate
    """
  }

  @Test(arguments: [
    ("run = \"no-such-program\"", "there is no program 'no-such-program'"), ("run = \"./absent\"", "there is no file"),
    ("run = \"./plain.txt\"", "is not executable"), ("run = \"./home\"", "is a folder"),
    ("run = \"./lost.sh\"", "the interpreter '/no/such/shell'"), ("run = \"./data\"", "no program for this machine"),
    ("run = \"false\"", "exit status 1"), ("run = \"sh -c 'kill -SEGV $$'\"\n  shell = true", "SIGSEGV"),
    ("run = \"true\"", "standard output was empty"), ("run = \"echo {}\"", "y"), ("run = \"sleep 60\"\n  timeout = 1s", "1 s"),
  ]) func isData(settings: String, reason: String) throws {
    try place.write("plain.txt", "x")
    try place.write("lost.sh", "#!/no/such/shell\n")
    try place.write("data", "\u{1}\u{2}")
    chmod(place.path("lost.sh"), 0o755)
    chmod(place.path("data"), 0o755)
    try place.write("s.dmo", script(settings))
    let result = try place.dmo("s.dmo")
    #expect(result.status == 0 && result.output.contains(reason), "\(result.all)")
    let failed = result.output.split(separator: "\n").first { $0.hasPrefix("failed") }
    #expect(failed?.contains(" 4 ") == true, "\(result.all)")
    let again = try place.dmo("s.dmo")
    #expect(again.output == result.output && again.errors.contains("4 remembered"), "\(again.all)")
  }

  @Test func aMissingTemplateIsFoundBeforeAnythingRuns() throws {
    let result = try place.dmo("-e", script("run = \"true\"\n  input = template\n  template = {\"in.tpl\": \"in\"}"))
    #expect(result.status == 1 && result.errors.contains("in.tpl") && result.errors.contains("no such file"), "\(result.all)")
  }

  @Test func abortIsARunTimeFailureThatKeepsWhatCameBefore() throws {
    try place.write("sim.sh", "read line\nn=$(($(cat \"$DMO_DIRECTORY/n\" 2>/dev/null || echo 0) + 1))\necho $n > \"$DMO_DIRECTORY/n\"\n[ $n -lt 3 ] && echo '{\"y\": 1}'\n")
    try place.write("s.dmo", script("run = \"sh sim.sh\"\n  on_failure = abort") + "\n\"not reached\"")
    let result = try place.dmo("--workers", "1", "s.dmo")
    #expect(result.status == 1 && result.errors.contains("on_failure = abort") && !result.output.contains("reached"), "\(result.all)")
    #expect(try place.dmo("s.dmo").errors.contains("m.study: 3 evaluations remembered"))
  }

  @Test func failedPointsRunAgainWhereTheyAreAskedTo() throws {
    try place.write("s.dmo", script("run = \"./sim.sh\"") + "\nevaluate retry=failed")
    #expect(try place.dmo("s.dmo").output.contains(#/failed +4 /#))
    try place.write("sim.sh", "#!/bin/sh\nread line\necho '{\"y\": 2}'\n")
    chmod(place.path("sim.sh"), 0o755)
    let result = try place.dmo("s.dmo")
    #expect(result.status == 0 && result.errors.contains("4 simulated") && result.output.contains("feasible"), "\(result.all)")
  }

  @Test func fromAnotherFolder() throws {
    try place.write("model/sim.sh", "#!/bin/sh\nread line\necho '{\"y\": 2}'\n")
    chmod(place.path("model/sim.sh"), 0o755)
    for run in ["./sim.sh", "sh sim.sh", "sim.sh"] {
      try place.write("model/s.dmo", script("run = \"\(run)\""))
      for arguments in [["model/s.dmo"], ["-C", "model", "s.dmo"], [place.path("model/s.dmo")]] {
        let result = try place.start(arguments).result()
        #expect(result.output.contains(#/feasible +4 /#), "\(run) \(arguments): \(result.all)")
      }
    }
  }
}
