/// How much each parameter matters to each response, by one method.
public struct Sensitivity: Sendable {
  /// A number per response and parameter, such as the first-order index.
  public struct Measure: Sendable {
    public let name: String
    /// `values[response][parameter]`; NaN where the method cannot tell (slopes of labels).
    public var values: [[Double]]
    /// Half the width of the 95 % confidence interval; nil for methods without one.
    public var confidence: [[Double]]?

    public init(_ name: String, _ values: [[Double]], confidence: [[Double]]? = nil) {
      (self.name, self.values, self.confidence) = (name, values, confidence)
    }
  }

  public let method: String
  public let parameters: [String]
  public let responses: [String]
  public let measures: [Measure]
  /// Place of the measure that parameters are ranked by.
  public var lead = 0
  /// Points at which the responses were asked for.
  public let evaluations: Int

  /// The leading measure's mean over all responses, each divided by its largest value; NaN where the method cannot tell.
  public var overall: [Double] {
    let scaled = measures[lead].values.map { own -> [Double] in
      let largest = own.filter { !$0.isNaN }.max() ?? 0
      return own.map { $0.isNaN ? $0 : largest > 0 ? max($0, 0) / largest : 0 }
    }
    return parameters.indices.map { j in mean(scaled.map { $0[j] }) }
  }
}

/// A row of the table of methods: one file and one row each.
public struct SensitivityEntry: Sendable {
  /// As scripts write it.
  public let name: String
  /// One line for help and completion.
  public let documentation: String
  /// How many points (`sobol`: base points, `morris`: trajectories, `fast`: points per parameter) are enough for most uses.
  public let standardCount: Int
  /// Fewer make no sense.
  public let leastCount: Int
  /// `run(responses, count, stream)`; the result depends on nothing else.
  public let run: @Sendable (Responses, Int, RandomStream) -> Sensitivity
}

/// The methods there are.
public enum Sensitivities {
  public static let all: [SensitivityEntry] = [
    slopeSensitivity, fourierSensitivity, derivativeSensitivity, saltelliSensitivity, morrisSensitivity,
  ]

  public static func named(_ name: String) -> SensitivityEntry? { all.first { $0.name == name } }
}

/// Points that are spread well over the unit cube: Sobol's where it has that many dimensions, else independent ones.
func spreadPoints(_ count: Int, dimension: Int, _ stream: RandomStream) -> Matrix {
  let sobol = Sobol()
  let rows =
    dimension <= sobol.maximumDimension!
    ? sobol.points(count: count, dimension: dimension, stream: stream)
    : MonteCarlo().points(count: count, dimension: dimension, stream: stream)
  return Matrix(rows, columns: dimension)
}

/// Half the width of a 95 % confidence interval by bootstrap: 1.96 standard deviations of an estimate over resampled rows.
///
/// - Parameter estimate: of the rows given, with repetitions.
func bootstrapConfidence(
  rows: Int, resamples: Int = 100, stream: RandomStream, _ estimate: ([Int]) -> Double
) -> Double {
  var random = stream
  let estimates = (0..<resamples).map { _ in estimate((0..<rows).map { _ in random.below(rows) }) }
  return 1.959_963_984_540_054 * variance(estimates, unbiased: true).squareRoot()
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }

func variance(_ values: [Double], unbiased: Bool = false) -> Double {
  let center = mean(values)
  let sum = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
  return sum / Double(max(values.count - (unbiased ? 1 : 0), 1))
}

/// Whether values differ by more than rounding: a response that nothing influences has all indices 0.
func varies(_ values: [Double]) -> Bool {
  guard let low = values.min(), let high = values.max() else { return false }
  return high - low > 1e-12 * max(abs(low), abs(high))
}
