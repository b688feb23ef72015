import Foundation
import Optim

/// A study of a million evaluations with 10 parameters and 10 outputs (4 numbers and a list of 6): written,
/// opened, loaded and asked.
struct StudyBenchmark: Workload {
  let name = "study"

  /// Wall-clock and CPU seconds: on a shared machine only the second says what the code costs.
  private struct Duration {
    let wall: Double
    let cpu: Double

    init(since start: (Date, clock_t)) {
      wall = Date().timeIntervalSince(start.0)
      cpu = Double(clock() - start.1) / Double(CLOCKS_PER_SEC)
    }

    func note(per count: Int = 1, unit: String = "s", scale: Double = 1) -> String {
      String(format: "%.3g %@ of CPU", cpu / Double(count) * scale, unit)
    }
  }

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
    let before = try memory("VmRSS")
    let insert = try write(path, count)
    // Restarts the peak; what the heap keeps of the writing still counts against the loading.
    try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    let start = (Date(), clock())
    let study = try Study(path: path)
    let series = try study.series(for: Self.simulator, space: Self.space)
    let rows = try study.loadAll(series)
    let load = Duration(since: start)
    let peak = try memory("VmHWM") - before
    let data = Double(rows.count * 20 * 8)
    let asked = min(rows.count, 100_000)
    let recall = try askEach(study, series, rows, asked)
    let batches = bench.quick ? 5 : 50
    let commit = try commitBatches(study, series, batches)
    let perSecond = Double(count) / insert.wall
    let perPoint = recall.wall / Double(asked) * 1e6
    return [
      Measurement(
        what: "\(what): open and load", ours: load.wall, goal: "< 2 s", met: load.wall < 2, note: load.note()),
      Measurement(
        what: "\(what): peak memory beside the data", ours: peak / data, unit: "x", goal: "< 4x",
        met: peak < 4 * data),
      Measurement(
        what: "\(what): bulk insert", ours: perSecond, unit: "rows/s", biggerIsBetter: true,
        goal: "> 300,000 rows/s", met: perSecond > 300_000, note: insert.note()),
      Measurement(
        what: "\(what): recall of a point", ours: perPoint, unit: "us", goal: "~ 5 us", met: perPoint < 6,
        note: recall.note(per: asked, unit: "us", scale: 1e6)),
      Measurement(
        what: "\(what): record and commit 10 rows, synced", ours: commit.wall / Double(batches) * 1e3,
        unit: "ms",
        goal: "the disk's sync", met: nil, note: commit.note(per: batches, unit: "ms", scale: 1e3)),
    ]
  }

  /// The time for importing `count` rows into a new study, without making the rows.
  private func write(_ path: String, _ count: Int) throws -> Duration {
    let study = try Study(path: path)
    let series = try study.series(for: Self.simulator, space: Self.space)
    // Multiples of an irrational number are spread evenly; no two rows are equal.
    let column = { (j: Int) in
      (0..<count).map {
        ((Double($0) + 1) * Double(j + 2).squareRoot() / 7)
          .truncatingRemainder(dividingBy: 1)
      }
    }
    let rows = Evaluations(
      parameterNames: series.parameterNames, outputNames: series.outputNames,
      parameters: (0..<10).map(column),
      outputs: (0..<10).map(column), states: Array(repeating: .done, count: count),
      seconds: Array(repeating: 1, count: count), failures: [:])
    let start = (Date(), clock())
    try study.append(series, rows)
    try study.close()
    return Duration(since: start)
  }

  /// The time of `recall` for stored points in random order.
  private func askEach(_ study: Study, _ series: Series, _ rows: Evaluations, _ count: Int) throws -> Duration
  {
    let points = (0..<count).map { _ in rows.parameterValues(.random(in: 0..<rows.count)) }
    let start = (Date(), clock())
    let known = try study.recall(series, points: points)
    let time = Duration(since: start)
    precondition(known.allSatisfy { $0 != nil })
    return time
  }

  /// The time of `count` commits of ten new rows each.
  private func commitBatches(_ study: Study, _ series: Series, _ count: Int) throws -> Duration {
    let start = (Date(), clock())
    for batch in 0..<count {
      for row in 0..<10 {
        let point = [Double(batch), Double(row)] + Array(repeating: 2, count: 8)
        study.record(series, point, .done(Array(repeating: 1, count: 10)), seconds: 1)
      }
      try study.commit()
    }
    return Duration(since: start)
  }

  /// A figure of `/proc/self/status` in bytes.
  private func memory(_ name: String) throws -> Double {
    let lines = try String(contentsOfFile: "/proc/self/status", encoding: .utf8).split(separator: "\n")
    let kilobytes = lines.first { $0.hasPrefix(name) }?.split(whereSeparator: \.isWhitespace).dropFirst()
      .first
    return (kilobytes.flatMap { Double($0) } ?? 0) * 1024
  }
}
