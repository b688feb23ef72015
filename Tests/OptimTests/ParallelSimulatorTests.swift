import Foundation
import Testing

@testable import Optim

@Suite("Parallel simulators")
struct ParallelSimulatorTests {
  /// A launcher that notes its arguments and starts the program as many times as it is told, only the first with standard
  /// input and output, as those of MPI do.
  private static let launcher = """
    #!/bin/sh
    printf '%s\\n' "$*" >> "$DMO_DIRECTORY/launched"
    shift
    ranks=$1
    shift
    for rank in $(seq 2 "$ranks"); do RANK=$rank "$@" </dev/null >/dev/null & done
    RANK=1 "$@"
    wait
    """
  private static let program = """
    #!/bin/sh
    echo "$RANK" >> "$DMO_DIRECTORY/ranks"
    read -r line
    echo "{\\"y\\": $#}"
    """

  private func simulator(_ lab: Lab) throws -> Simulator {
    try lab.write("launch", Self.launcher, executable: true)
    try lab.write("cell.sh", Self.program, executable: true)
    var simulator = Simulator(name: "cell", command: ["./cell.sh", "--gain", "{x}"], directory: lab.folder)
    simulator.outputs = [.init(name: "y")]
    simulator.keep = .none
    simulator.launcher = ["launch", "-n", "{ranks}"]
    simulator.ranks = 3
    return simulator
  }

  @Test("the launcher starts the program, which it gets with its full path")
  func launched() throws {
    let lab = try Lab()
    defer { lab.remove() }
    var simulator = try simulator(lab)
    let pool = LocalPool(capacity: 1)
    #expect(pool.run(simulator, ["x": .number(0.5), "ranks": .number(9)])?.values == [2])
    #expect(
      lab.text("launched") == "-n 3 \(lab.folder)/cell.sh --gain 0.5\n",
      "ranks is the setting, not a parameter")
    #expect(lab.text("ranks")?.split(separator: "\n").sorted() == ["1", "2", "3"])

    try lab.write("launched", "")
    simulator.input = .args
    simulator.command = ["./cell.sh"]
    #expect(pool.run(simulator, ["x": .number(0.5)])?.values == [2])
    #expect(lab.text("launched") == "-n 3 \(lab.folder)/cell.sh --x 0.5\n")

    try lab.write("launched", "")
    simulator.shell = true
    simulator.command = ["cat > /dev/null; count() { echo \"{\\\"y\\\": $#}\"; }; count"]
    #expect(pool.run(simulator, ["x": .number(0.5)])?.values == [2])
    #expect(lab.text("launched")?.hasPrefix("-n 3 /bin/sh -c cat > /dev/null;") == true)
  }

  @Test("at its time limit all ranks end")
  func hang() throws {
    let lab = try Lab()
    defer { lab.remove() }
    var simulator = try simulator(lab)
    try lab.write(
      "cell.sh", "#!/bin/sh\necho $$ >> \"$DMO_DIRECTORY/pids\"\nexec sleep 600", executable: true)
    simulator.timeLimit = .seconds(1.5)
    let pool = LocalPool(capacity: 1)
    pool.limits.grace = 0.1
    #expect(pool.failure(simulator)?.kind == .timeout)
    let pids = (lab.text("pids") ?? "").split(separator: "\n").compactMap { pid_t($0) }
    #expect(pids.count == 3 && pids.allSatisfy(lab.vanishes))
  }

  @Test("a launcher without ranks, ranks without a launcher, and a launcher that is not there")
  func contradictions() throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 1)
    func reason(_ change: (inout Simulator) -> Void) throws -> String {
      var simulator = try simulator(lab)
      change(&simulator)
      let failure = pool.failure(simulator)
      #expect(failure?.kind == .start)
      return failure?.reason ?? ""
    }
    #expect(try reason { $0.ranks = nil }.contains("'launcher' needs the number of ranks it starts"))
    #expect(try reason { $0.launcher = [] }.contains("'ranks' needs the command that starts them"))
    #expect(try reason { $0.launcher = ["launch", "-n", "3"] }.contains("expected {ranks} in it"))
    #expect(try reason { $0.launcher[0] = "no-such-run" }.contains("there is no program 'no-such-run'"))
    #expect(try reason { $0.ranks = 0 }.contains("leaves nothing to start"))
  }

  @Test("what a launcher told dmo is not told to simulators; the allocation and the user's own settings are")
  func variables() {
    let kept = [
      "PATH": "/bin", "SLURM_JOB_ID": "7", "SLURM_JOB_NODELIST": "n[1-2]", "SLURM_NTASKS": "4",
      "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "PMIXED": "1",
    ]
    let settings = [
      "OMPI_MCA_btl": "self", "PMIX_MCA_gds": "hash", "PRTE_MCA_x": "1", "SLURM_CPU_BIND": "none",
    ]
    let place = [
      "OMPI_COMM_WORLD_RANK": "0", "PMIX_RANK": "0", "PMI_FD": "3", "PMI2_X": "1", "PRTE_LAUNCHED": "1",
      "MPI_LOCALRANKID": "0", "SLURM_STEP_ID": "0", "SLURM_STEPID": "0", "SLURM_PROCID": "1",
      "SLURM_LOCALID": "1",
      "SLURM_GTIDS": "0,1", "SLURM_PMIX_MAPPING_SERV": "x", "SLURM_SRUN_COMM_PORT": "1",
    ]
    #expect(LauncherVariables.removed(from: kept.merging(settings) { $1 }) == kept.merging(settings) { $1 })
    let everything = kept.merging(settings) { $1 }.merging(place) { $1 }
    #expect(
      LauncherVariables.removed(from: everything) == kept,
      "under a launcher its own settings cannot be told apart")
    let batch = kept.merging(["SLURM_CPU_BIND": "none", "SLURM_PROCID": "0"]) { $1 }
    #expect(LauncherVariables.removed(from: batch) == kept.merging(["SLURM_CPU_BIND": "none"]) { $1 })
  }
}
