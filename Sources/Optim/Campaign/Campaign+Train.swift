import Foundation

/// A surrogate fitted to a campaign's evaluations.
public struct TrainedModel: Sendable {
  /// The row of `Surrogates.all` it comes from.
  public let name: String
  public let options: SurrogateOptions
  public let model: ProblemModel
  /// What it was fitted to.
  public let set: TrainingSet
  public let seconds: Double
  /// How its losses went, where the fit goes in steps that have one.
  public let losses: [LossCurve]
  /// The study had it: the same data and settings gave it before.
  public let isRemembered: Bool
  /// The fit was interrupted; these are the best weights until then, and the study does not keep them.
  public let wasInterrupted: Bool
  /// Tells models apart: the same key is the same model.
  let key: String

  public var goal: LearningGoal { model.goal }
  public var summary: String { model.surrogate.summary }

  /// The same fit for a problem whose formulas may have changed; nil where it has to be fitted again.
  ///
  /// A model of outputs serves any goals that read no other outputs; one of goals serves exactly those.
  public func serving(_ problem: Problem) -> TrainedModel? {
    if problem == model.problem { return self }
    guard problem.space == model.problem.space, let layout = layout(for: problem) else { return nil }
    return TrainedModel(
      name: name, options: options,
      model: ProblemModel(problem: problem, goal: goal, layout: layout, surrogate: model.surrogate), set: set,
      seconds: seconds, losses: losses, isRemembered: isRemembered, wasInterrupted: wasInterrupted, key: key)
  }

  /// Where the parts of another problem stand among what was learned.
  private func layout(for problem: Problem) -> TargetLayout? {
    var layout = TargetLayout(problem)
    layout.outputs = model.layout.outputs
    layout.success = model.layout.success
    let readable = Set(layout.outputs + problem.space.names)
    for (k, objective) in problem.objectives.enumerated() where goal.mode != .constraints {
      if goal.subject == .outputs {
        guard readable.isSuperset(of: objective.formula.inputs) else { return nil }
      } else {
        let same = model.problem.objectives.firstIndex {
          $0.formula == objective.formula && $0.sense == objective.sense
        }
        guard let same, let target = model.layout.objectives[same] else { return nil }
        layout.objectives[k] = target
      }
    }
    for (j, constraint) in problem.constraints.enumerated()
    where goal.mode != .objectives && !problem.isKnownBefore(constraint) {
      if goal.subject == .outputs, goal.labels == .margins, let margin = constraint.margin {
        guard readable.isSuperset(of: margin.inputs) else { return nil }
        continue
      }
      let same = model.problem.constraints.firstIndex {
        $0.satisfied == constraint.satisfied && $0.margin == constraint.margin
      }
      guard let same, let label = model.layout.labels[same] else { return nil }
      layout.labels[j] = label
      layout.margins[j] = model.layout.margins[same]
    }
    return layout
  }
}

extension Campaign {
  /// Fits a surrogate to all that was simulated, or finds it in the study: the same data, settings, seed and `warm` give the same
  /// model.
  ///
  /// - Parameters:
  ///   - warm: an earlier model to start from, where the surrogate can.
  ///   - keepsQuick: whether the study also gets models that were fitted within half a second, which are as quickly fitted again.
  /// - Throws: `TrainingError` where there is nothing to learn from; what the study throws.
  public func train(
    _ entry: SurrogateEntry, goal: LearningGoal = LearningGoal(),
    options: SurrogateOptions = SurrogateOptions(),
    warm: TrainedModel? = nil, keepsQuick: Bool = true, observer: any Observer
  ) throws -> TrainedModel {
    let (set, layout) = problem.trainingSet(archive, try scores(), goal)
    try check(set, layout)
    let start = warm.flatMap { $0.name == entry.name && $0.set.isAlike(set) ? $0 : nil }
    let key = ModelKey.of(entry, set, goal, options, seed: seed, warm: start?.key)
    func trained(
      _ surrogate: any Surrogate, _ seconds: Double, _ losses: [LossCurve], remembered: Bool,
      interrupted: Bool
    ) -> TrainedModel {
      TrainedModel(
        name: entry.name, options: options,
        model: ProblemModel(problem: problem, goal: goal, layout: layout, surrogate: surrogate), set: set,
        seconds: seconds, losses: losses, isRemembered: remembered, wasInterrupted: interrupted, key: key)
    }
    if let stored = try study.model(key) {
      return trained(
        try entry.decode(stored.data), stored.seconds, stored.losses, remembered: true, interrupted: false)
    }
    let report = TrainingReport(observer, entry.name)
    let began = ContinuousClock.now
    let surrogate = try withIdleWorkers {
      try entry.fit(
        set, options, RandomStream(seed: seed, purpose: .training), start?.model.surrogate, report)
    }
    let seconds = began.duration(to: .now) / .seconds(1)
    if !report.shouldStop && (keepsQuick || seconds > 0.5) {
      try study.store(
        StoredModel(
          surrogate: entry.name, evaluations: set.count, summary: surrogate.summary, seconds: seconds,
          losses: report.losses, data: try surrogate.encoded()), key: key)
    }
    return trained(surrogate, seconds, report.losses, remembered: false, interrupted: report.shouldStop)
  }

  /// A clear sentence where no surrogate could learn anything.
  func check(_ set: TrainingSet, _ layout: TargetLayout) throws {
    if archive.isEmpty {
      throw TrainingError("there is nothing to learn from: 'sample' and 'evaluate' come first")
    }
    if set.count == 0 {
      throw TrainingError(
        "there is nothing to learn from: none of \(archive.count) points is evaluated; 'evaluate' comes first"
      )
    }
    if set.targets.isEmpty && set.labels.isEmpty {
      throw TrainingError(
        "there is nothing to learn: the problem has no objective and no constraint of this mode")
    }
    let answers = set.targets + set.labels.indices.filter { $0 != layout.success }.map { set.labels[$0] }
    if !answers.contains(where: { $0.contains { !$0.isNaN } }) {
      throw TrainingError("there is nothing to learn from: all \(set.count) evaluations failed")
    }
  }
}

extension TrainingSet {
  /// Whether another set has the same columns, so that a model of one can start one of the other.
  func isAlike(_ other: TrainingSet) -> Bool {
    features == other.features && targetNames == other.targetNames && labelNames == other.labelNames
      && marginTargets == other.marginTargets
  }
}

/// What a model is found again by: a digest of everything that determines it.
enum ModelKey {
  static func of(
    _ entry: SurrogateEntry, _ set: TrainingSet, _ goal: LearningGoal, _ options: SurrogateOptions,
    seed: UInt64,
    warm: String?
  ) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let head =
      ["\(entry.name) \(entry.version) \(seed) \(warm ?? "cold")"]
      + set.targetNames + set.labelNames + set.marginTargets.map { "\($0 ?? -1)" }
    var bytes = [UInt8](head.joined(separator: "\0").utf8)
    // Codable values of numbers and words only: encoding them cannot fail.
    bytes += try! encoder.encode(options) + (try! encoder.encode(goal)) + (try! encoder.encode(set.features))
    for column in [set.inputs.values] + set.targets + set.labels {
      column.withUnsafeBytes { bytes += $0 }
    }
    return SHA256.hex(bytes)
  }
}

/// The loss of one part of a fit, such as a network, at its checkpoints.
public struct LossCurve: Sendable, Codable, Equatable {
  public let name: String
  public private(set) var steps: [Int] = []
  public private(set) var losses: [Double] = []
  /// On data held back; empty where there is none.
  public private(set) var heldBack: [Double] = []

  init(_ name: String) { self.name = name }

  mutating func add(_ step: Int, _ loss: Double, heldBack: Double?) {
    guard loss.isFinite, steps.last.map({ $0 < step }) ?? true else { return }
    steps.append(step)
    losses.append(loss)
    if let heldBack, heldBack.isFinite { self.heldBack.append(heldBack) }
  }
}

/// Passes the progress of a fit on to an observer; fits report from several threads.
final class TrainingReport: TrainingObserver, @unchecked Sendable {
  private let observer: any Observer
  private let name: String
  private let lock = NSLock()
  private var stopped = false
  private var curves: [String: LossCurve] = [:]

  init(_ observer: any Observer, _ name: String) {
    (self.observer, self.name) = (observer, name)
  }

  func report(_ progress: TrainingProgress) {
    lock.withLock {
      if let loss = progress.loss {
        curves[progress.activity, default: LossCurve(progress.activity)]
          .add(progress.done, loss, heldBack: progress.validationLoss)
      }
      let losses = [progress.loss.map { ("loss", $0) }, progress.validationLoss.map { ("held back", $0) }]
        .compactMap { $0 }.map { "\($0) \(String(format: "%.3g", $1))" }
      observer.report(
        Progress(
          activity: "training \(progress.activity)", done: progress.done, total: progress.total,
          detail: losses.isEmpty ? nil : losses.joined(separator: ", ")))
    }
  }

  /// By name; parts of a fit that ran on other workers are not among them.
  var losses: [LossCurve] {
    lock.withLock { curves.values.sorted { $0.name.localizedStandardCompare($1.name) == .orderedAscending } }
  }

  var shouldStop: Bool {
    lock.withLock {
      if observer.interruption != .none { stopped = true }
      return stopped
    }
  }
}
