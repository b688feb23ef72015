import Optim

/// What a verb has found: tables, and figures that show the same.
public struct Report: Sendable {
  public var tables: [Table]
  public var figures: [Figure]
  /// Pages show the figures; at a prompt they wait for `plot`.
  public var isAside: Bool

  public init(_ tables: [Table], _ figures: [Figure] = [], isAside: Bool = false) {
    (self.tables, self.figures, self.isAside) = (tables, figures, isAside)
  }

  var output: Output {
    .group(tables.map { .table($0, isWhole: false) } + figures.map { isAside ? .aside($0) : .figure($0) })
  }
}
