import Foundation

/// Logistic regression with an L2 penalty on everything but the intercept: minimises
/// sum ln(1 + exp(-(+-1) f)) + penalty |w|^2 / 2 by Newton's method (Hastie, Tibshirani and Friedman, The Elements of
/// Statistical Learning, section 4.4).
enum LogisticRegression {
  static let penalties = [100, 30, 10, 3, 1, 0.3, 0.1, 0.03, 0.01]

  /// - Parameter labels: 1 or 0, both at least once.
  static func fit(_ features: Matrix, _ labels: [Double], penalty: Double) -> LinearFunction {
    let (n, m) = (features.rows, features.columns)
    let ones = labels.reduce(0, +)
    var function = LinearFunction(
      intercept: log(ones / (Double(n) - ones)), weights: Array(repeating: 0, count: m))
    var loss = loss(function, features, labels, penalty)
    for _ in 0..<100 {
      guard let step = newtonStep(function, features, labels, penalty) else { break }
      var (length, next, nextLoss) = (1.0, function, Double.infinity)
      while length > 1e-6 {
        next.intercept = function.intercept - length * step[m]
        next.weights = zip(function.weights, step).map { $0 - length * $1 }
        nextLoss = self.loss(next, features, labels, penalty)
        if nextLoss <= loss { break }
        length /= 2
      }
      let gain = loss - nextLoss
      guard gain > 0 else { break }
      (function, loss) = (next, nextLoss)
      if gain < 1e-10 * (1 + loss) { break }
    }
    return function
  }

  /// Log odds as a linear function of the inputs, fitted on their principal components with a cross-validated penalty.
  static func onComponents(_ inputs: Matrix, _ labels: [Double], stream: RandomStream) -> LinearFunction {
    let components = PrincipalComponents(inputs)
    let features = components(inputs)
    let penalty = choosePenalty(features, labels, stream: stream)
    return components.onInputs(fit(features, labels, penalty: penalty))
  }

  /// The penalty with the least cross-validated loss over folds that hold the classes in proportion; the middle one where a class
  /// has a single member.
  static func choosePenalty(_ features: Matrix, _ labels: [Double], stream: RandomStream) -> Double {
    var stream = stream
    let ones = labels.count { $0 > 0.5 }
    let folds = min(5, ones, labels.count - ones)
    guard folds >= 2 else { return penalties[penalties.count / 2] }
    var fold = [Int](repeating: 0, count: labels.count)
    var next = 0
    for row in stream.permutation(labels.count).sorted(by: { labels[$0] > labels[$1] }) {
      fold[row] = next % folds
      next += 1
    }
    let losses = penalties.map { penalty in
      (0..<folds).reduce(0.0) { sum, k in
        let (train, test) = (fold.indices.filter { fold[$0] != k }, fold.indices.filter { fold[$0] == k })
        let function = fit(features.subset(train), train.map { labels[$0] }, penalty: penalty)
        return sum + self.loss(function, features.subset(test), test.map { labels[$0] }, 0)
      }
    }
    return penalties[losses.indices.min { losses[$0] < losses[$1] }!]
  }

  private static func loss(
    _ function: LinearFunction, _ features: Matrix, _ labels: [Double], _ penalty: Double
  ) -> Double {
    var sum = 0.5 * penalty * function.weights.reduce(0) { $0 + $1 * $1 }
    for (value, label) in zip(function(features), labels) {
      let f = label > 0.5 ? value : -value
      sum += f > 0 ? log1p(exp(-f)) : log1p(exp(f)) - f
    }
    return sum
  }

  /// H^-1 g, the intercept last.
  private static func newtonStep(
    _ function: LinearFunction, _ features: Matrix, _ labels: [Double], _ penalty: Double
  ) -> [Double]? {
    let (n, m) = (features.rows, features.columns)
    var gradient = function.weights.map { penalty * $0 } + [0]
    var weighted = Matrix(rows: n, columns: m + 1)
    for (i, value) in function(features).enumerated() {
      let p = logistic(value)
      let (error, root) = (p - labels[i], (p * (1 - p)).squareRoot())
      for k in 0..<m {
        gradient[k] += error * features[i, k]
        weighted[i, k] = root * features[i, k]
      }
      gradient[m] += error
      weighted[i, m] = root
    }
    var hessian = Matrix(rows: m + 1, columns: m + 1)
    BLAS.multiply(
      m + 1, m + 1, n, weighted.values, transposed: true, weighted.values, into: &hessian.values)
    for k in 0..<m { hessian[k, k] += penalty }
    return Cholesky(hessian.values, order: m + 1, jitters: Cholesky.growing)?.solve(gradient)
  }
}

/// Linear regression with an L2 penalty on everything but the intercept: minimises |y - f|^2 + penalty |w|^2.
enum RidgeRegression {
  static let penalties = [1e4, 1e3, 300, 100, 30, 10, 3, 1, 0.1, 1e-3]

  /// The fit, and its root mean square error at left-out points (from the diagonal of the hat matrix); nil where it is not
  /// determined.
  static func fit(_ features: Matrix, _ values: [Double], penalty: Double) -> (
    function: LinearFunction, leaveOneOut: Double
  )? {
    let (n, m) = (features.rows, features.columns)
    let means = (0..<m).map { j in features.column(j).reduce(0, +) / Double(n) }
    let center = values.reduce(0, +) / Double(n)
    var centered = features
    for i in 0..<n { for j in 0..<m { centered[i, j] -= means[j] } }
    var square = Matrix(rows: m, columns: m)
    BLAS.multiply(m, m, n, centered.values, transposed: true, centered.values, into: &square.values)
    for j in 0..<m { square[j, j] += penalty }
    var right = [Double](repeating: 0, count: m)
    for i in 0..<n { for j in 0..<m { right[j] += centered[i, j] * (values[i] - center) } }
    guard let cholesky = Cholesky(square.values, order: m, jitters: Cholesky.growing) else { return nil }
    let weights = cholesky.solve(right)
    let function = LinearFunction(
      intercept: center - zip(weights, means).reduce(0) { $0 + $1.0 * $1.1 }, weights: weights)
    var rows = centered.values
    cholesky.solveLower(&rows, count: n)
    var sum = 0.0
    for (i, value) in function(features).enumerated() {
      let leverage = (0..<m).reduce(1 / Double(n)) { $0 + rows[i * m + $1] * rows[i * m + $1] }
      let error = (values[i] - value) / max(1 - leverage, 1e-6)
      sum += error * error
    }
    return (function, (sum / Double(n)).squareRoot())
  }

  /// The fit with the penalty that predicts left-out points best.
  static func best(_ features: Matrix, _ values: [Double]) -> LinearFunction? {
    penalties.compactMap { fit(features, values, penalty: $0) }.min { $0.leaveOneOut < $1.leaveOneOut }?
      .function
  }
}
