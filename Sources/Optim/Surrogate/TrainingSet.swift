/// What a surrogate learns from: encoded points and, for each, numbers and yes/no answers, some of them unknown.
///
/// Rows where nothing at all is known are left out beforehand. Duplicated rows, constant columns and columns without any
/// value may occur, and infinities may not: every value is finite or NaN (unknown).
public struct TrainingSet: Codable, Hashable, Sendable {
  /// What a feature column stands for.
  public enum Feature: Codable, Hashable, Sendable {
    /// A real parameter's place in its range, 0 to 1 (on its log scale where it has one); imported points may lie outside.
    case real(parameter: Int)
    /// The same for a stepped parameter: the middle of its cell.
    case level(parameter: Int, levels: Int)
    /// 1 where a categorical parameter has this label, else 0.
    case category(parameter: Int, label: Int)
    /// 1 where a conditional parameter exists, else 0; its other features are then 0.5 (0 for labels).
    case presence(parameter: Int)

    public var parameter: Int {
      switch self {
      case .real(let parameter), .level(let parameter, _), .category(let parameter, _),
        .presence(let parameter):
        parameter
      }
    }
  }

  public let features: [Feature]
  /// One row per point, one column per feature.
  public let inputs: Matrix
  /// `targets[k][row]`: numbers to predict; NaN where unknown.
  public let targets: [[Double]]
  public let targetNames: [String]
  /// `labels[j][row]`: 1 or 0; NaN where unknown.
  public let labels: [[Double]]
  public let labelNames: [String]
  /// For each label, the target whose sign decides it (at least 0 means 1): a numeric constraint's margin. Nil for yes/no.
  public let marginTargets: [Int?]

  public init(
    features: [Feature], inputs: Matrix, targets: [[Double]], targetNames: [String], labels: [[Double]],
    labelNames: [String], marginTargets: [Int?]
  ) {
    precondition(
      inputs.columns == features.count && (targets + labels).allSatisfy { $0.count == inputs.rows })
    precondition(
      targets.count == targetNames.count && labels.count == labelNames.count
        && labels.count == marginTargets.count)
    (self.features, self.inputs) = (features, inputs)
    (self.targets, self.targetNames) = (targets, targetNames)
    (self.labels, self.labelNames, self.marginTargets) = (labels, labelNames, marginTargets)
  }

  public var count: Int { inputs.rows }

  /// The given rows, in the given order: a fold, a bootstrap.
  public func subset(_ rows: [Int]) -> TrainingSet {
    TrainingSet(
      features: features, inputs: inputs.subset(rows),
      targets: targets.map { column in rows.map { column[$0] } },
      targetNames: targetNames, labels: labels.map { column in rows.map { column[$0] } },
      labelNames: labelNames,
      marginTargets: marginTargets)
  }
}
