import Foundation
import Optim

/// A study of a million evaluations with 10 parameters and 10 outputs (4 numbers and a list of 6): written, opened,
/// loaded and asked.
struct StudyBenchmark: Workload {
  let name = "study"

  private static let space = Space(
    (1...10).map { Parameter(name: "p\($0)", domain: .real(lower: 0, upper: 1, scale: .linear)) })

  private static var simulator: Simulator {
    var simulator = Simulator(name: "cell", command: ["./cell"], directory: ".")
    simulator.outputs = (1...4).map { .init(name: "y\($0)") } + [.init(name: "rate", count: 6)]
    return simulator
  }

  func measure(_ bench: Bench) throws -> [Measurement] {
    let count = bench.quick ? 20_000 : 1_000_000
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "dmo-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("big.study").path
    let what = "study of \(count) evaluations"
    let insert = try write(path, count)
    let before = try memory("VmRSS")
    try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    let start = Date()
    let study = try Study(path: path)
    let series = try study.series(for: Self.simulator, space: Self.space)
    let rows = try study.loadAll(series)
    let load = Date().timeIntervalSince(start)
    let peak = try memory("VmHWM") - before
    let data = Double(rows.count * 20 * 8)
    let recall = try askEach(study, series, rows)
    let commit = try commitBatches(study, series, bench.quick ? 5 : 50)
    return [
      Measurement(what: "\(what): open and load", ours: load, goal: "< 2 s", met: load < 2),
      Measurement(
        what: "\(what): peak memory beside the data", ours: peak / data, unit: "x", goal: "< 4x",
        met: peak < 4 * data),
      Measurement(
        what: "\(what): bulk insert", ours: Double(count) / insert, unit: "rows/s", biggerIsBetter: true,
        goal: "> 300,000 rows/s", met: Double(count) / insert > 300_000),
      Measurement(
        what: "\(what): recall of a point", ours: recall * 1e6, unit: "us", goal: "< 5 us", met: recall < 5e-6
      ),
      Measurement(
        what: "\(what): record and commit 10 rows, synced", ours: commit * 1e3, unit: "ms", goal: "-",
        met: nil,
        note: "the disk's sync"),
    ]
  }

  /// Seconds for importing `count` rows into a new study, without making the rows.
  private func write(_ path: String, _ count: Int) throws -> Double {
    let study = try Study(path: path)
    let series = try study.series(for: Self.simulator, space: Self.space)
    var random = SystemRandomNumberGenerator()
    let column = { (_: Int) in (0..<count).map { _ in Double.random(in: 0..<1, using: &random) } }
    let rows = Evaluations(
      parameterNames: series.parameterNames, outputNames: series.outputNames,
      parameters: (0..<10).map(column),
      outputs: (0..<10).map(column), states: Array(repeating: .done, count: count),
      seconds: Array(repeating: 1, count: count), failures: [:])
    let start = Date()
    try study.append(series, rows)
    let seconds = Date().timeIntervalSince(start)
    try study.close()
    return seconds
  }

  /// Seconds per `recall` of stored points in random order.
  private func askEach(_ study: Study, _ series: Series, _ rows: Evaluations) throws -> Double {
    let points = (0..<min(rows.count, 100_000)).map { _ in rows.parameterValues(.random(in: 0..<rows.count)) }
    let start = Date()
    let known = try study.recall(series, points: points)
    let seconds = Date().timeIntervalSince(start)
    precondition(known.allSatisfy { $0 != nil })
    return seconds / Double(points.count)
  }

  /// Seconds per commit of ten new rows.
  private func commitBatches(_ study: Study, _ series: Series, _ count: Int) throws -> Double {
    let start = Date()
    for batch in 0..<count {
      for row in 0..<10 {
        let point = [Double(batch), Double(row)] + Array(repeating: 2, count: 8)
        study.record(series, point, .done(Array(repeating: 1, count: 10)), seconds: 1)
      }
      try study.commit()
    }
    return Date().timeIntervalSince(start) / Double(count)
  }

  /// A figure of `/proc/self/status` in bytes.
  private func memory(_ name: String) throws -> Double {
    let lines = try String(contentsOfFile: "/proc/self/status", encoding: .utf8).split(separator: "\n")
    let kilobytes = lines.first { $0.hasPrefix(name) }?.split(whereSeparator: \.isWhitespace).dropFirst()
      .first
    return (kilobytes.flatMap { Double($0) } ?? 0) * 1024
  }
}
