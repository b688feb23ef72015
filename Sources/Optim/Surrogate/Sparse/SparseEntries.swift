import Foundation

extension GaussianSurrogate {
  /// A sparse variational process per target: Titsias' collapsed bound for numbers, a variational posterior for labels.
  static let sparseEntry = entry(
    "one sparse variational Gaussian process per target, for thousands of points", version: 1, sparse("svgp"))

  /// Inducing points of every target's own, moved to where they tell most.
  static let privateEntry = entry(
    "one sparse Gaussian process per target, its own inducing points moved to where they tell most",
    version: 1,
    {
      var recipe = sparse("spv")
      recipe.movesInducing = true
      return recipe
    }())

  static let sharedEntry = entry(
    "sparse Gaussian processes of all targets with one kernel and the same inducing points", version: 1,
    sparse("siv", groups: .sharedKernel))

  static let coregionalisedEntry = entry(
    "sparse Gaussian processes that targets are mixtures of (coregionalised inducing variables)", version: 1,
    sparse("crv", groups: .coregionalised))

  /// Labels by variational inference; of numbers with normal noise the variational posterior is the exact one.
  static let variationalEntry = entry(
    "one Gaussian process per target, labels by full variational inference", version: 2,
    {
      var recipe = GaussianRecipe("vgp")
      recipe.approximation = .variational
      return recipe
    }())

  /// Targets as they are, but for absurd values: the textbook's model.
  static let plainEntry = entry(
    "one exact Gaussian process per target with learned noise, targets as they are", version: 2,
    {
      var recipe = GaussianRecipe("egp")
      recipe.isTransformed = false
      return recipe
    }())

  static func sparse(_ name: String, groups: GaussianRecipe.Groups = .apart) -> GaussianRecipe {
    var recipe = GaussianRecipe(name, groups: groups)
    (recipe.isSparse, recipe.approximation) = (true, .variational)
    return recipe
  }
}
