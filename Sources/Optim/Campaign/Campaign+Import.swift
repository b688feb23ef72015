/// What an import brought.
public struct ImportSummary: Equatable, Sendable {
  /// Records of the file.
  public var read = 0
  /// Points that were known before, with an answer at least as good: nothing was changed.
  public var known = 0
  /// New ones outside the present parameters: the study has them, and they come into play when the parameters allow them.
  public var outside = 0
  /// New ones without an evaluation.
  public var pending = 0
}

extension Campaign {
  /// Takes evaluations of another origin (a table, a file of another program) into the study and the session.
  ///
  /// A point is taken once. One that is known already takes over the better answer: finished before partial, and that before failed.
  ///
  /// - Parameter singlePrecision: the parameters have lost the digits beyond 32 bits on their way, so a point is the same as a
  ///   known one that agrees with it that far, and takes its exact values.
  public func take(_ imported: Evaluations, singlePrecision: Bool = false) throws -> ImportSummary {
    var summary = ImportSummary()
    summary.read = imported.count
    let stored = try storedEvaluations(in: study)
    var points = PointIndex(isSingle: singlePrecision)
    // The session's own rows come first: they are the ones to be brought up to date.
    for row in 0..<archive.count {
      points.add(archive.parameterValues(row), .archive(row), archive.states[row])
    }
    for row in 0..<aside.count { points.add(aside.parameterValues(row), .aside(row), aside.states[row]) }
    for row in 0..<stored.count { points.add(stored.parameterValues(row), .stored(row), stored.states[row]) }
    // What is new to the session, and what is new to the study.
    var news = Evaluations(parameterNames: imported.parameterNames, outputNames: imported.outputNames)
    var record = news
    for row in 0..<imported.count {
      let point = imported.parameterValues(row)
      guard let known = points.find(point) else {
        points.add(point, .new(news.count), imported.states[row])
        news.appendRow(row, of: imported, at: point)
        record.appendRow(row, of: imported, at: point)
        continue
      }
      let isBetter = imported.states[row].worth > known.state.worth
      if !isBetter { summary.known += 1 }
      let exact: [Double]
      switch known.place {
      case .archive(let place):
        exact = archive.parameterValues(place)
        if isBetter { update(place, RowResult(imported, row)) }
      case .aside(let place):
        exact = aside.parameterValues(place)
        if isBetter { updateAside(place, RowResult(imported, row)) }
      case .stored(let place):
        // Known to the study, and asked for in this session only now.
        exact = stored.parameterValues(place)
        points.move(exact, to: .new(news.count), isBetter ? imported.states[row] : known.state)
        if isBetter {
          news.appendRow(row, of: imported, at: exact)
        } else {
          news.appendRow(place, of: stored, at: exact)
        }
      case .new(let place):
        exact = news.parameterValues(place)
        if isBetter {
          let result = RowResult(imported, row)
          news.set(
            place, state: result.state, outputs: result.outputs, seconds: result.seconds,
            failure: result.failure)
        }
      }
      if isBetter {
        points.move(
          exact, to: known.place.isStored ? .new(news.count - 1) : known.place, imported.states[row])
        record.appendRow(row, of: imported, at: exact)
      }
    }
    for simulator in problem.simulators.isEmpty ? [nil] : problem.simulators.map(Optional.some) {
      try study.append(try study.series(for: simulator, space: problem.space), record)
    }
    summary.pending = news.states.count { $0 == .pending }
    summary.outside = add(news)
    return summary
  }
}

/// Where points are, by their values.
private struct PointIndex {
  enum Place {
    case archive(Int), aside(Int), stored(Int), new(Int)
    var isStored: Bool { if case .stored = self { true } else { false } }
  }
  let isSingle: Bool
  private var entries: [Key: (place: Place, state: Evaluations.State)] = [:]

  init(isSingle: Bool) { self.isSingle = isSingle }

  /// The bits that count, with one zero and one NaN.
  private struct Key: Hashable {
    let words: [UInt64]
  }

  private func key(_ point: [Double]) -> Key {
    Key(words: point.map { Fingerprint.word(isSingle && !$0.isNaN ? Double(Float($0)) : $0) })
  }

  mutating func add(_ point: [Double], _ place: Place, _ state: Evaluations.State) {
    let key = key(point)
    if let known = entries[key] {
      // The study may know the answer of a row that is pending here.
      if known.state.worth < state.worth, !place.isStored { entries[key] = (place, state) }
      return
    }
    entries[key] = (place, state)
  }

  mutating func move(_ point: [Double], to place: Place, _ state: Evaluations.State) {
    entries[key(point)] = (place, state)
  }

  func find(_ point: [Double]) -> (place: Place, state: Evaluations.State)? { entries[key(point)] }
}

extension Evaluations {
  /// Adds a row of other evaluations of the same columns, at a point of its own.
  fileprivate mutating func appendRow(_ row: Int, of other: Evaluations, at point: [Double]) {
    appendPending(point)
    guard other.states[row] != .pending else { return }
    set(
      count - 1, state: other.states[row], outputs: other.outputValues(row), seconds: other.seconds[row],
      failure: other.failures[row])
  }
}

extension RowResult {
  fileprivate init(_ evaluations: Evaluations, _ row: Int) {
    self.init(
      state: evaluations.states[row], outputs: evaluations.outputValues(row),
      seconds: evaluations.seconds[row],
      failure: evaluations.failures[row])
  }
}

extension Evaluations.State {
  /// What is known of a point, the most last.
  fileprivate var worth: Int {
    switch self {
    case .pending: 0
    case .rejected: 1
    case .failed: 2
    case .partial: 3
    case .done: 4
    }
  }
}
