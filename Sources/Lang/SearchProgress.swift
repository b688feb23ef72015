import Optim

/// How a search goes, from its start to now: for hosts that show more than a line.
public struct SearchProgress: Sendable {
  /// A row for every epoch or recorded generation, with its durations in seconds.
  public let table: Table
  /// Hypervolume over evaluations; nil while fewer than two are known.
  public let figure: Figure?
  public let isOver: Bool
}

extension SessionHost {
  public var followsSearches: Bool { false }
  public func follow(_ search: SearchProgress) {}
  public func note(epoch text: String) { note(text) }
}

extension SearchProgress {
  init(_ records: [EpochRecord], surrogate: String, isOver: Bool) {
    var columns = [
      Table.Column("epoch", .integers(records.map(\.epoch))),
      Table.Column("evaluations", .integers(records.map(\.evaluations))),
      Table.Column("feasible", .integers(records.map(\.feasible))),
      Table.Column("front", .integers(records.map(\.front))),
      Table.Column("hypervolume", .numbers(records.map { $0.hypervolume ?? .nan })),
      Table.Column("error", .fractions(records.map { $0.error ?? .nan })),
    ]
    if records.contains(where: { $0.busy != nil }) {
      columns.append(Table.Column("busy", .fractions(records.map { $0.busy ?? .nan })))
    }
    columns += [
      Table.Column("simulating", unit: "s", .numbers(records.map(\.simulating))),
      Table.Column("training", unit: "s", .numbers(records.map(\.training))),
      Table.Column("searching", unit: "s", .numbers(records.map(\.searching))),
    ]
    table = Table(title: "\(surrogate): every epoch", columns)
    figure = Self.figure(records.map { ($0.evaluations, $0.hypervolume) })
    self.isOver = isOver
  }

  init(_ result: SearchResult, algorithm: String) {
    let records = result.records
    table = Table(
      title: "\(algorithm): recorded generations",
      [
        Table.Column("generation", .integers(records.map(\.generation))),
        Table.Column("evaluations", .integers(records.map(\.evaluations))),
        Table.Column("feasible", .integers(records.map(\.feasible))),
        Table.Column("front", .integers(records.map(\.front))),
        Table.Column("hypervolume", .numbers(records.map { $0.hypervolume ?? .nan })),
      ])
    figure = Self.figure(records.map { ($0.evaluations, $0.hypervolume) })
    isOver = true
  }

  private static func figure(_ curve: [(evaluations: Int, hypervolume: Double?)]) -> Figure? {
    let known = curve.compactMap { point in point.hypervolume.map { (Double(point.evaluations), $0) } }
    guard known.count >= 2 else { return nil }
    return Figure(
      title: "hypervolume of the search", kind: .plane,
      axes: [Figure.Axis("evaluations of this search"), Figure.Axis("hypervolume")],
      series: [Figure.Series("", role: .front, points: [known.map(\.0), known.map(\.1)], isLine: true)])
  }
}
