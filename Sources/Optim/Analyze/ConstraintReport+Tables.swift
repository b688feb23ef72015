extension ConstraintReport {
  /// One row per constraint, then one for all together.
  public var summary: Table {
    let single = entries.count == 1
    let quantile = { (k: Int) in
      entries.map { $0.marginQuantiles.isEmpty ? Double.nan : $0.marginQuantiles[k] } + (single ? [] : [.nan])
    }
    return Table(
      title: "constraints (a margin of 0 or more is satisfied)",
      [
        .init("constraint", .texts(entries.map(\.name) + (single ? [] : ["all"]))),
        .init("kind", .texts(entries.map(\.kind) + (single ? [] : [""]))),
        .init("rows", .integers(entries.map(\.evaluated) + (single ? [] : [evaluated]))),
        .init("met", .fractions(entries.map(\.share) + (single ? [] : [share]))),
        .init("margin 10%", .numbers(quantile(0))),
        .init("50%", .numbers(quantile(1))),
        .init("90%", .numbers(quantile(2))),
      ])
  }

  /// What if: how far to relax the threshold of each numeric constraint so that a share of the rows passes.
  public var thresholds: Table {
    let numeric = entries.filter { !$0.shifts.isEmpty }
    let shift = { (k: Int) in Table.Values.numbers(numeric.map { $0.shifts[k] }) }
    return Table(
      title: "relax by this much to let a share of the points pass (negative: tighten)",
      [
        .init("constraint", .texts(numeric.map(\.name))),
        .init("passing now", .fractions(numeric.map(\.share))),
        .init("10%", shift(0)),
        .init("50%", shift(1)),
        .init("90%", shift(2)),
      ])
  }

  /// Pairs satisfied together less often than independence would have it, the worst first.
  public var conflicts: Table { conflicts(limit: 10) }

  public func conflicts(limit: Int) -> Table {
    let worst = pairs.filter { $0.deviation < 0 }.prefix(limit)
    return Table(
      title: "pairs that work against each other",
      [
        .init("constraint", .texts(worst.map { entries[$0.first].name })),
        .init("against", .texts(worst.map { entries[$0.second].name })),
        .init("rows", .integers(worst.map(\.evaluated))),
        .init("both met", .fractions(worst.map(\.observed))),
        .init("if independent", .fractions(worst.map(\.expected))),
        .init("ratio", .numbers(worst.map(\.ratio))),
      ])
  }

  /// The smallest sets of constraints of which no row satisfies all.
  public var impossible: Table {
    let limit = neverTogetherLimit < entries.count ? " (sets of at most \(neverTogetherLimit))" : ""
    return Table(
      title: "never satisfied together so far\(limit)",
      [
        .init(
          "constraints", .texts(neverTogether.map { $0.map { entries[$0].name }.joined(separator: ", ") }))
      ])
  }

  /// The hidden constraint that the simulation succeeds: failures by kind.
  public var failureTable: Table {
    Table(
      title: "failed simulations",
      [
        .init("kind", .texts(failures.map(\.kind.rawValue))),
        .init("rows", .integers(failures.map(\.count))),
        .init("share", .fractions(failures.map { Double($0.count) / Double(simulated) })),
      ])
  }
}
