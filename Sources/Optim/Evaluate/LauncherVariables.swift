/// The variables with which an MPI launcher tells a process its place in a job. A simulator that inherited them would
/// join the job that dmo itself is part of, or wait for it.
///
/// What describes the allocation (`SLURM_JOB_ID`, the list of nodes) stays, for `srun` and `mpirun` of the simulator's
/// own need it, and so do the permissions to run as root.
enum LauncherVariables {
  /// Open MPI (3 to 5), PMIx, and the process managers of MPICH and its relatives.
  private static let families = [
    "OMPI_", "ORTE_", "PRTE_", "PMIX_", "PMI_", "PMI2_", "HYDI_", "MPI_LOCALNRANKS", "MPI_LOCALRANKID",
    "MV2_COMM_",
    "SLURM_PMI",
  ]
  /// Settings that people keep in their profile; under a launcher they cannot be told from its own ones of that kind,
  /// which lead a second launcher astray.
  private static let settings = ["OMPI_MCA_", "PMIX_MCA_", "PRTE_MCA_"]
  private static let permissions: Set = [
    "OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "PRTE_ALLOW_RUN_AS_ROOT",
    "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM",
  ]
  /// One task's place in a step of Slurm; SLURM_STEPID makes an Open MPI program think that `srun` started it.
  private static let step = [
    "SLURM_STEP", "SLURM_SRUN_COMM_", "SLURM_PROCID", "SLURM_LOCALID", "SLURM_NODEID", "SLURM_GTIDS",
    "SLURM_TASK_PID", "SLURM_LAUNCH_NODE_IPADDR",
  ]
  /// How that step is bound to processors; outside a step these are the user's wishes for `srun`.
  private static let binding = ["SLURM_CPU_BIND", "SLURM_MEM_BIND"]

  /// An environment without them.
  static func removed(from environment: [String: String]) -> [String: String] {
    let isLaunched = environment.keys.contains(where: isOfAJob)
    let ofTheStep = step + (environment["SLURM_STEP_ID"] == nil ? [] : binding)
    return environment.filter { name, _ in
      if permissions.contains(name) { return true }
      if settings.contains(where: name.hasPrefix) { return !isLaunched }
      return !isOfAJob(name) && !ofTheStep.contains(where: name.hasPrefix)
    }
  }

  /// Whether only a launcher sets this variable.
  private static func isOfAJob(_ name: String) -> Bool {
    families.contains(where: name.hasPrefix) && !settings.contains(where: name.hasPrefix)
      && !permissions.contains(name)
  }
}
