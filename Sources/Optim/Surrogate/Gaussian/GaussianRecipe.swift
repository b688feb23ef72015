import Foundation

/// What distinguishes the surrogates that are Gaussian processes.
struct GaussianRecipe: Sendable {
  /// Which targets are fitted together.
  enum Groups: Sendable {
    case apart
    /// Mixtures of processes (`CoregionalisedFit`).
    case coregionalised
    /// One kernel for all.
    case sharedKernel
  }

  let name: String
  var groups = Groups.apart
  /// Whether targets may be transformed by root or logarithm.
  var isTransformed = true
  /// Logarithm of the least ratio of noise to signal variance.
  var leastRatio = HyperparameterFit.ratioBounds.lower
  /// Of yes/no labels.
  var approximation = GaussianClassifier.Approximation.laplace
  var isSparse = false
  /// Whether inducing points move to where the bound is largest.
  var movesInducing = false
  /// Rank of the coregionalisation; full where nil.
  var rank: Int?
  /// Inducing points; nil for a number that goes with the data.
  var inducing: Int?

  init(_ name: String, groups: Groups = .apart) { (self.name, self.groups) = (name, groups) }

  /// Inducing points for so many rows; nil for exact processes.
  func inducingCount(rows: Int) -> Int? {
    guard isSparse else { return nil }
    let standard = SparseFit.standardCount(rows: rows)
    // Moved ones do as well as twice as many, and each costs more.
    return min(inducing ?? (movesInducing ? (standard + 1) / 2 : standard), rows)
  }
}
