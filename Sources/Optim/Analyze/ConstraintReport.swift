/// How the constraints of a problem fare over an archive: how often each is satisfied, which exclude each other, how far
/// thresholds would have to move.
///
/// Pending rows count nowhere. A constraint counts where it is known: a priori ones also for rejected and
/// failed rows, others where the simulator gave the outputs they read.
public struct ConstraintReport: Sendable {
  public struct Entry: Sendable {
    public let name: String
    public let kind: String
    /// Rows where it is known.
    public let evaluated: Int
    /// Share of those that satisfy it; NaN where there are none.
    public let share: Double
    /// Margins that 10, 50 and 90 % of the rows do not exceed; empty for yes/no constraints and without rows.
    public let marginQuantiles: [Double]
    /// How far the threshold must be relaxed so that at least 10, 50 and 90 % of the rows pass (negative: by how much
    /// it may be tightened); empty like `marginQuantiles`.
    public let shifts: [Double]
  }

  /// Two constraints over the rows where both are known.
  public struct Conflict: Sendable {
    public let first: Int
    public let second: Int
    public let evaluated: Int
    /// Share of rows that satisfy both.
    public let observed: Double
    /// The same if one told nothing about the other: the product of their shares over these rows.
    public let expected: Double
    /// `observed / expected`: below 1 they work against each other; NaN where `expected` is 0.
    public var ratio: Double { observed / expected }
    /// Standard deviations that the count lies above (negative: below) independence; 0 where one of them never varies.
    public let deviation: Double
  }

  public static let levels = [0.1, 0.5, 0.9]

  public let entries: [Entry]
  /// Rows for which it is known whether they satisfy all constraints.
  public let evaluated: Int
  /// Share of those that do; NaN where there are none.
  public let share: Double
  /// Position of the constraint with the smallest share of satisfying rows; nil where nothing was evaluated.
  public let tightest: Int?
  /// All pairs with rows where both are known, the strongest conflict first.
  public let pairs: [Conflict]
  /// The smallest sets of constraints of which some row is known and none satisfies all, ascending, without smaller such sets inside.
  public let neverTogether: [[Int]]
  /// Sets of more constraints than this were not looked for.
  public let neverTogetherLimit: Int
  /// Rows simulated to an answer or a failure.
  public let simulated: Int
  /// How many rows failed (the hidden constraint), by kind, the most frequent first.
  public let failures: [(kind: Failure.Kind, count: Int)]

  public init(problem: Problem, evaluations: Evaluations, scores: Scores) {
    precondition(scores.count == evaluations.count && scores.satisfied.count == problem.constraints.count)
    let rows = evaluations.states.map { $0 != .pending }
    let sets = scores.satisfied.map { RowSets($0, counted: rows) }
    let entries = problem.constraints.indices.map { j in
      Self.entry(problem.constraints[j], sets[j], rows, scores.margins[j])
    }
    self.entries = entries
    (evaluated, share) = Self.overall(sets, rows: rows)
    tightest = entries.indices.filter { entries[$0].evaluated > 0 }.min {
      entries[$0].share < entries[$1].share
    }
    pairs = Self.pairs(sets)
    let infeasible = InfeasibleSets(scores.satisfied, counted: rows)
    (neverTogether, neverTogetherLimit) = (infeasible.sets, infeasible.largest)
    simulated = zip(evaluations.states, scores.status).count { state, _ in
      state != .pending && state != .rejected
    }
    var counts: [Failure.Kind: Int] = [:]
    for row in scores.rows(.failed) { counts[scores.failure(at: row)?.kind ?? .answer, default: 0] += 1 }
    failures = Failure.Kind.allCases.compactMap { kind in counts[kind].map { (kind, $0) } }
      .sorted { $0.count > $1.count }
  }

  private static func entry(
    _ constraint: Problem.Constraint, _ sets: RowSets, _ counted: [Bool], _ margins: [Double]
  ) -> Entry {
    let sorted = margins.indices.filter { counted[$0] && !margins[$0].isNaN }.map { margins[$0] }.sorted()
    let n = sorted.count
    // The smallest margin among the best `level` of all rows: with this shift at least so many pass.
    let shifts = levels.map { level in n == 0 ? 0 : 0 - sorted[n - passing(level, n)] }
    let quantiles = levels.map { level in n == 0 ? 0 : sorted[passing(level, n) - 1] }
    return Entry(
      name: constraint.name, kind: constraint.kind, evaluated: sets.known.count,
      share: Double(sets.met.count) / Double(sets.known.count), marginQuantiles: n == 0 ? [] : quantiles,
      shifts: n == 0 ? [] : shifts)
  }

  /// The number of rows that make up a share of `count`, at least one.
  private static func passing(_ level: Double, _ count: Int) -> Int {
    max(1, Int((level * Double(count) - 1e-9).rounded(.up)))
  }

  /// A row counts where all constraints are known, or one is known to be violated.
  private static func overall(_ sets: [RowSets], rows: [Bool]) -> (Int, Double) {
    var all = BitSet(rows)
    var violated = all.subtracting(all)
    for set in sets {
      all = all.intersection(set.met)
      violated = violated.union(set.known.subtracting(set.met))
    }
    let count = all.count + violated.count
    return (count, Double(all.count) / Double(count))
  }

  private static func pairs(_ sets: [RowSets]) -> [Conflict] {
    var found: [Conflict] = []
    for first in sets.indices {
      for second in sets.indices.dropFirst(first + 1) {
        let both = sets[first].known.intersection(sets[second].known)
        let count = both.count
        guard count > 0 else { continue }
        let n = Double(count)
        let p = Double(sets[first].met.intersection(both).count) / n
        let q = Double(sets[second].met.intersection(both).count) / n
        let observed = Double(sets[first].met.intersection(sets[second].met).count) / n
        let spread = (n * p * (1 - p) * q * (1 - q)).squareRoot()
        found.append(
          Conflict(
            first: first, second: second, evaluated: count, observed: observed, expected: p * q,
            deviation: spread > 0 ? n * (observed - p * q) / spread : 0))
      }
    }
    return found.sorted { ($0.deviation, $0.first, $0.second) < ($1.deviation, $1.first, $1.second) }
  }
}
