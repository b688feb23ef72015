import Optim

extension Session {
  func checkSample(_ arguments: Arguments) throws {
    let count = arguments.integer("count") ?? 0
    guard arguments.has("until") else {
      if let other = ["max", "surrogate"].first(where: arguments.has) {
        throw Diagnostic(
          .settingConflict("'\(other)=' belongs to a sample that grows until a condition holds"),
          at: arguments.span(of: other), help: ["such as until=feasible(20)"])
      }
      return plan(count)
    }
    if arguments.word("method") == Grid().name {
      throw Diagnostic(
        .settingConflict("a grid does not grow: every batch would be the same points"),
        at: arguments.span(of: "method"), help: ["the other methods do"])
    }
    plan(largest(arguments))
  }

  /// Points of a sample that grows, at most.
  private func largest(_ arguments: Arguments) -> Int {
    let count = arguments.integer("count") ?? 0
    return arguments.integer("max") ?? arguments.criterion?.evaluationLimit
      ?? count.multipliedReportingOverflow(by: 10).partialValue
  }

  func sample(_ arguments: Arguments) throws -> Value {
    let sampler = Samplers.named(arguments.word("method")!)!
    let count = arguments.integer("count")!
    guard let until = arguments.criterion else {
      let sample = try sampler.sample(
        count: count, space: campaign.problem.space, stream: campaign.nextSampleStream(),
        accept: acceptance(arguments))
      return points(campaign.propose(sample.points), sampler)
    }
    let surrogate = Surrogates.named(arguments.word("surrogate")!)!
    var options = SampleOptions(
      batch: count, until: until, largest: largest(arguments), surrogate: surrogate)
    options.accept = acceptance(arguments)
    let result = try campaign.sample(sampler, options: options, observer: host) { note($0) }
    if !campaign.problem.simulators.isEmpty {
      host.note("\(result.remembered) remembered, \(result.computed) simulated")
    }
    if result.wasInterrupted {
      host.note("interrupted; everything evaluated so far is kept")
    } else {
      let most = "the condition does not hold after \(result.rows.count) points, the most that max= allows"
      host.note("stopped: \(result.reason ?? most)")
    }
    return points(result.rows, sampler)
  }

  private func note(_ record: SampleRecord) {
    var parts = ["\(record.points) points", "\(record.feasible) feasible"]
    if let error = record.error { parts.append("error \(Format.percent(error))") }
    host.note(parts.joined(separator: ", "))
  }

  private func points(_ rows: Range<Int>, _ sampler: any Sampler) -> Value {
    .points(
      Points(
        title: "\(rows.count) points by \(sampler.name)", evaluations: campaign.archive.subset(Array(rows)),
        rows: rows.map { $0 + 1 }))
  }

  /// `where`, and constraints that are known before a simulation.
  private func acceptance(_ arguments: Arguments) -> Acceptance? {
    let space = campaign.problem.space
    var tests: [Formula] = []
    if let condition = arguments.condition {
      tests.append(environment.columns(condition, named: "where").formula)
    }
    let places = Dictionary(uniqueKeysWithValues: space.names.enumerated().map { ($1, $0) })
    // Before a simulation that costs something, points that cannot be feasible are not worth proposing.
    let aPriori = campaign.problem.simulators.isEmpty ? nil : campaign.problem.aPrioriAcceptance
    let conditions = tests
    if conditions.isEmpty && aPriori == nil { return nil }
    return { point in
      (aPriori?(point) ?? true)
        && conditions.allSatisfy { $0.value { name in places[name].map { point[$0] } ?? .nan } == 1 }
    }
  }

  // MARK: Discrepancy

  func discrepancy(_ arguments: Arguments) throws -> Value {
    let points = arguments.points("points") ?? archivePoints("all points")
    let space = campaign.problem.space
    guard points.evaluations.parameterNames == space.names else {
      throw SessionError("these points have other parameters than the problem has now")
    }
    guard !points.evaluations.isEmpty else {
      throw SessionError("there is no point yet: 'sample' comes first")
    }
    let encoded = space.parameters.enumerated().map { j, parameter in
      points.evaluations.parameters[j].map(parameter.encode)
    }
    if let row = points.rows.indices.first(where: { i in encoded.contains { $0[i] < 0 || $0[i] > 1 } }) {
      throw SessionError("point \(points.rows[row]) lies outside the parameters' ranges")
    }
    // A conditional parameter that is missing somewhere has no place on an axis.
    let present = encoded.indices.filter { j in !encoded[j].contains { $0.isNaN } }
    if present.count < encoded.count {
      let missing = encoded.indices.filter { !present.contains($0) }.map { space.names[$0] }
      host.note("without \(missing.joined(separator: ", ")): not all of these points have it")
    }
    guard !present.isEmpty else { throw SessionError("no parameter exists at all of these points") }
    return .table(discrepancyTable(present.map { encoded[$0] }))
  }

  private func discrepancyTable(_ columns: [[Double]]) -> Table {
    let (count, dimension) = (columns[0].count, columns.count)
    let found = Discrepancy(columns)
    let random = Discrepancy.expected(count: count, dimension: dimension)
    let rows: [(String, KeyPath<Discrepancy, Double>)] = [
      ("centred L2, squared", \.centred), ("wraparound L2, squared", \.wraparound),
      ("mixture, squared", \.mixture), ("L2 star", \.star), ("smallest distance", \.smallestDistance),
    ]
    return Table(
      title: "\(count) points in \(dimension) dimension\(dimension == 1 ? "" : "s"), as a unit cube",
      [
        Table.Column("measure", .texts(rows.map(\.0))),
        Table.Column("value", .numbers(rows.map { found[keyPath: $0.1] })),
        Table.Column("random points", .numbers(rows.map { random[keyPath: $0.1] })),
      ])
  }
}
