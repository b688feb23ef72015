import Foundation
import Testing

/// The real thing where it is installed: a Slurm of one node, which `scripts/slurm-node` starts and ends, runs what `dmo slurm`
/// prints.
@Suite struct SlurmNodeTests {
  static let isThere =
    getuid() == 0
    && ["/usr/sbin/munged", "/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/bin/sbatch"].allSatisfy(
      FileManager.default.isExecutableFile)

  @Test(
    .enabled(
      if: isThere, "needs root and the packages slurm-wlm and munge: scripts/slurm-node install"))
  func aJobIsWarnedReturnsToTheQueueAndGoesOn() throws {
    let place = try Workplace()
    place.environment["DMO"] = try Workplace.binary()
    place.environment["DMO_SLURM"] = place.path("slurm")
    let run = try place.start(program: Workplace.package + "/scripts/slurm-node", ["try", "quick"])
    let result = try run.result(within: 180)
    #expect(result.status == 0 && result.output.contains("== all as expected"), "\(result.all)")
    #expect(!result.output.contains("NOT:") && !place.exists("slurm"), "\(result.all)")
  }
}
