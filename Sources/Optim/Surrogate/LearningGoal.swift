import Foundation

/// What of a problem a surrogate learns.
public struct LearningGoal: Codable, Hashable, Sendable {
  public enum Mode: String, Codable, Sendable, CaseIterable {
    /// Constraints and objectives, together.
    case both = "c+o"
    case objectives = "o"
    case constraints = "c"
  }

  /// `goals`: objectives and margins themselves. `outputs`: what the simulator returns, pushed through the formulas
  /// afterwards, so that kinks and squares of a formula need not be learned and a changed formula needs no training.
  public enum Subject: String, Codable, Sendable, CaseIterable { case goals, outputs }

  /// `margins`: how far a numeric constraint is from its threshold is learned. `only`: nothing but satisfied or not, as if every
  /// constraint were a yes/no one.
  public enum Labels: String, Codable, Sendable, CaseIterable { case margins, only }

  public var mode: Mode
  public var subject: Subject
  public var labels: Labels

  public init(mode: Mode = .both, subject: Subject = .goals, labels: Labels = .margins) {
    (self.mode, self.subject, self.labels) = (mode, subject, labels)
  }
}

/// Where the parts of a problem stand among the columns of a training set.
public struct TargetLayout: Codable, Hashable, Sendable {
  /// Per objective: its target, nil where it is not learned itself.
  public internal(set) var objectives: [Int?]
  /// Per constraint: the target of its margin, nil for yes/no ones and where it is not learned itself.
  public internal(set) var margins: [Int?]
  /// Per constraint: its label, nil where it is not learned as one.
  public internal(set) var labels: [Int?]
  /// Names of learned outputs; output k is target k.
  public internal(set) var outputs: [String] = []
  /// The label "the simulation succeeds", nil where no simulation has failed.
  public internal(set) var success: Int?

  init(_ problem: Problem) {
    objectives = problem.objectives.map { _ in nil }
    margins = problem.constraints.map { _ in nil }
    labels = margins
  }
}

extension Problem {
  /// Whether a constraint is known before simulating, so that it need not be learned. Where formulas are all there is, they stand
  /// for the simulator.
  public func isKnownBefore(_ constraint: Constraint) -> Bool { constraint.isAPriori && !simulators.isEmpty }

  /// What surrogates learn of evaluated points: every row that was simulated, failed ones included.
  ///
  /// Objectives are costs (smaller is better).
  public func trainingSet(_ evaluations: Evaluations, _ scores: Scores, _ goal: LearningGoal = LearningGoal())
    -> (set: TrainingSet, layout: TargetLayout)
  {
    let rows = learnedRows(scores)
    let columns = TargetColumns(self, evaluations, scores, goal, rows)
    let encoding = FeatureEncoding(space)
    let set = TrainingSet(
      features: encoding.features, inputs: encoding.encode(rows.map { evaluations.parameterValues($0) }),
      targets: columns.targets, targetNames: columns.targetNames, labels: columns.labels,
      labelNames: columns.labelNames, marginTargets: columns.marginTargets)
    return (set, columns.layout)
  }

  /// Rows of the archive that a training set is made of.
  func learnedRows(_ scores: Scores) -> [Int] {
    scores.status.indices.filter { scores.status[$0] != .pending && scores.status[$0] != .rejected }
  }
}

/// Collects the columns of a training set.
private struct TargetColumns {
  private(set) var layout: TargetLayout
  private(set) var targets: [[Double]] = []
  private(set) var targetNames: [String] = []
  private(set) var labels: [[Double]] = []
  private(set) var labelNames: [String] = []
  private(set) var marginTargets: [Int?] = []
  private let rows: [Int]
  private let isDead: [Bool]

  init(_ problem: Problem, _ evaluations: Evaluations, _ scores: Scores, _ goal: LearningGoal, _ rows: [Int])
  {
    self.rows = rows
    layout = TargetLayout(problem)
    isDead = rows.map { scores.status[$0] == .failed }
    if goal.subject == .outputs { addOutputs(problem, evaluations, goal) }
    if goal.subject == .goals, goal.mode != .constraints {
      for (k, objective) in problem.objectives.enumerated() {
        layout.objectives[k] = addTarget(objective.name, scores.costs[k])
      }
    }
    if goal.mode != .objectives {
      for (j, constraint) in problem.constraints.enumerated() where !problem.isKnownBefore(constraint) {
        addConstraint(j, constraint, scores, goal)
      }
    }
    if isDead.contains(true) {
      layout.success = labels.count
      labels.append(isDead.map { $0 ? 0 : 1 })
      labelNames.append("simulation succeeds")
      marginTargets.append(nil)
    }
  }

  /// Outputs that an objective or a margin reads.
  private mutating func addOutputs(_ problem: Problem, _ evaluations: Evaluations, _ goal: LearningGoal) {
    var read: Set<String> = []
    if goal.mode != .constraints {
      for objective in problem.objectives { read.formUnion(objective.formula.inputs) }
    }
    if goal.mode != .objectives, goal.labels == .margins {
      for constraint in problem.constraints { read.formUnion(constraint.margin?.inputs ?? []) }
    }
    layout.outputs = evaluations.outputNames.filter(read.contains)
    for name in layout.outputs { _ = addTarget(name, evaluations.column(name)!) }
  }

  private mutating func addConstraint(
    _ j: Int, _ constraint: Problem.Constraint, _ scores: Scores, _ goal: LearningGoal
  ) {
    let isMargin = constraint.margin != nil && goal.labels == .margins
    // A margin that comes from learned outputs needs neither a target nor a label of its own.
    if isMargin && goal.subject == .outputs { return }
    if isMargin { layout.margins[j] = addTarget("\(constraint.name) margin", scores.margins[j]) }
    layout.labels[j] = labels.count
    labels.append(zip(rows, isDead).map { $1 ? .nan : scores.satisfied[j][$0] })
    labelNames.append(constraint.name)
    marginTargets.append(layout.margins[j])
  }

  private mutating func addTarget(_ name: String, _ column: [Double]) -> Int {
    targets.append(zip(rows, isDead).map { !$1 && column[$0].isFinite ? column[$0] : .nan })
    targetNames.append(name)
    return targets.count - 1
  }
}
