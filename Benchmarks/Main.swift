import Foundation
import Optim

/// `dmo-bench [--quick] [--python INTERPRETER] [--task-cost SECONDS] [--evidence FILE] [--only PART] [NAME ...]`: runs workloads and
/// prints a Markdown table with the ratio to each peer.
@main
struct Main {
  static let workloads: [any Workload] = [
    StartBenchmark(), NonDominatedSortingBenchmark(), HypervolumeBenchmark(), NSGA2Benchmark(),
    AlgorithmsBenchmark(),
    PersistentSimulatorBenchmark(), OnceSimulatorBenchmark(), MPIBenchmark(),
    StudyBenchmark(),
    FormulaBenchmark(), RescoreBenchmark(), SensitivityBenchmark(), TrainingStepBenchmark(),
    JointAccuracyBenchmark(), GaussianProcessBenchmark(), MillionEvaluationsBenchmark(),
    WorkerUtilisationBenchmark(),
  ]

  static func main() throws {
    ProcessorKernels.restartWhereOld()
    var arguments = Array(CommandLine.arguments.dropFirst())
    if arguments == [PersistentSimulatorBenchmark.echoFlag] { return PersistentSimulatorBenchmark.echo() }
    if arguments.first == MPIBenchmark.ranksFlag {
      return try MPIBenchmark.ranks(quick: arguments.contains("--quick"))
    }
    let quick = arguments.contains("--quick")
    arguments.removeAll { $0 == "--quick" }
    var python = ProcessInfo.processInfo.environment["DMO_PEER_PYTHON"]
    if let path = value(of: "--python", in: &arguments) { python = path }
    let taskCost = value(of: "--task-cost", in: &arguments)
    let evidence = value(of: "--evidence", in: &arguments)
    let only = value(of: "--only", in: &arguments)
    if only != nil && evidence == nil {
      print("--only writes one run into a file: --evidence FILE says which")
      exit(2)
    }
    if let taskCost, !(Double(taskCost).map { $0 >= 0 && $0.isFinite } ?? false) {
      print("--task-cost takes seconds, such as 20e-6, and not '\(taskCost)'")
      exit(2)
    }
    let unknown = arguments.filter { name in !workloads.contains { $0.name == name } }
    guard unknown.isEmpty else {
      print("unknown workload '\(unknown[0])'; there are: \(workloads.map(\.name).joined(separator: " "))")
      exit(2)
    }
    let bench = Bench(
      quick: quick, python: python, taskCost: taskCost.flatMap(Double.init), evidence: evidence, only: only)
    print("| workload | dmo | peer | ratio | goal | met |\n|---|---|---|---|---|---|")
    for workload in workloads where arguments.isEmpty || arguments.contains(workload.name) {
      for row in try workload.measure(bench) { print(line(row)) }
    }
  }

  /// Takes an option and its value out of the arguments.
  private static func value(of option: String, in arguments: inout [String]) -> String? {
    guard let at = arguments.firstIndex(of: option), at + 1 < arguments.count else { return nil }
    defer { arguments.removeSubrange(at...(at + 1)) }
    return arguments[at + 1]
  }

  private static func line(_ row: Measurement) -> String {
    let figure = { (value: Double) in "\(String(format: "%.4g", value)) \(row.unit)" }
    var peer = "-"
    var ratio = "-"
    if let other = row.peer {
      peer = "\(other.name) \(figure(other.value))"
      ratio = String(format: "%.2fx", row.biggerIsBetter ? row.ours / other.value : other.value / row.ours)
    }
    let met = row.met.map { $0 ? "yes" : "no" } ?? "not measured"
    let what = row.what + (row.note.isEmpty ? "" : " (\(row.note))")
    return "| \(what) | \(figure(row.ours)) | \(peer) | \(ratio) | \(row.goal) | \(met) |"
  }
}
