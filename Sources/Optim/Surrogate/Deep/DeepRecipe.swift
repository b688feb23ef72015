import Foundation

/// What distinguishes the deep Gaussian processes.
struct DeepRecipe: Sendable {
  let name: String
  var kind: DeepObjective.Kind
  /// Hidden units.
  var width: Int?
  /// Inducing points of a head; nil for a number that goes with the data.
  var inducing: Int?
  /// Passes over the data; nil for a number that goes with the data.
  var epochs: Int?

  init(_ name: String, _ kind: DeepObjective.Kind) { (self.name, self.kind) = (name, kind) }

  /// Rows of a batch; up to twice as many are one.
  var batch: Int { kind == .bound ? 128 : 64 }
  /// Samples of the hidden units at a row: of the bound half as many pairs, of the density sites.
  var samples: Int { kind == .bound ? 2 : 8 }
  /// Of Adam, at its largest.
  static let rate = 0.02
  /// Steps from an earlier model are fewer by this factor.
  static let warmShare = 3

  func steps(rows: Int) -> Int {
    if let epochs { return epochs * (rows > 2 * batch ? rows / batch : 1) }
    return kind == .bound ? 800 : 600
  }

  /// Inducing points of a head, and of a hidden unit, which changes slowly.
  func headPoints(rows: Int) -> Int { min(inducing ?? min(max(rows / 5, 100), 128), rows) }

  func hiddenPoints(rows: Int) -> Int { min(inducing ?? 48, 64, rows) }

  /// Hidden units for so many varying columns and heads.
  func units(columns: Int, heads: Int) -> Int { min(width ?? min(max(2, heads), 4), columns) }
}
