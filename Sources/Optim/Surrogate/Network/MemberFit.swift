import Foundation

/// The training of one network of an ensemble.
struct MemberFit: FitPart {
  static let name = "network"
  let shape: NetworkShape
  let data: NetworkData
  let plan: TrainingPlan
  let training: [Int]
  let heldBack: [Int]
  let start: NetworkEnsemble.Weights
  let stream: RandomStream

  /// The snapshots in order, and how many attempts they took.
  struct Output: Codable, Sendable {
    private let weights: [NetworkEnsemble.Weights]
    private let heldBack: [[NetworkEnsemble.Weights]]
    let attempts: Int

    init(_ snapshots: [MemberTraining.Snapshot], _ attempts: Int) {
      weights = snapshots.map { .init($0.weights) }
      heldBack = snapshots.map { $0.heldBack.map { .init($0) } }
      self.attempts = attempts
    }

    var snapshots: [MemberTraining.Snapshot] {
      zip(weights, heldBack).map { .init(weights: $0.values, heldBack: $1.map(\.values)) }
    }
  }

  func run() -> Output {
    let (snapshots, attempts) = MemberTraining(
      shape: shape, data: data, plan: plan, training: training, heldBack: heldBack, start: start.values,
      stream: stream, shouldStop: { false }, report: { _, _, _ in }
    ).run()
    return Output(snapshots, attempts)
  }
}

extension NetworkData: Codable {
  private struct Stored: Codable {
    let count, features, targets, labels: Int
    let inputs, outputs: NetworkEnsemble.Weights
    let scales: [TargetScale]
  }

  init(from decoder: any Decoder) throws {
    let stored = try Stored(from: decoder)
    (count, features, targets, labels) = (stored.count, stored.features, stored.targets, stored.labels)
    (inputs, outputs, scales) = (stored.inputs.values, stored.outputs.values, stored.scales)
  }

  func encode(to encoder: any Encoder) throws {
    let stored = Stored(
      count: count, features: features, targets: targets, labels: labels, inputs: .init(inputs),
      outputs: .init(outputs), scales: scales)
    try stored.encode(to: encoder)
  }
}
