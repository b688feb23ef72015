import Foundation

/// The three problems of Ma and Wang (2019) with any number of objectives.
extension BenchmarkProblem {
  private static let pi = Double.pi

  private static func sum(_ names: some Sequence<String>) -> String { names.joined(separator: " + ") }

  static let manyMW4 = BenchmarkProblem(
    "mw4", "plane, feasible in pieces", source: mwSource, objectives: 3, distances: 13, reference: level(1.1)
  ) { size in
    let names = (1...size.objectives).map { "f\($0)" }
    return powers(size)
      + products(size.objectives, "g", near: { "(1 - x[\($0)])" }, far: { "x[\($0)]" }) + """

        let wave = sin(2.5 * \(pi) * (f\(size.objectives) - (\(sum(names.dropLast())))))
        constraint below: 1 + 0.4 * wave^8 - (\(sum(names))) >= 0
        """
  }

  static let manyMW8 = BenchmarkProblem(
    "mw8", "pieces of a sphere behind local fronts", source: mwSource, objectives: 3, distances: 13,
    reference: level(1.1)
  ) { size in
    let squares = sum((1...size.objectives).map { "f\($0)^2" })
    return ripples(size)
      + products(
        size.objectives, "g", near: { "cos(\(pi / 2) * x[\($0)])" }, far: { "sin(\(pi / 2) * x[\($0)])" })
        + """

        let square = \(squares)
        constraint inside: (1.25 - 0.5 * sin(6 * asin(f\(size.objectives) / sqrt(square)))^2)^2 - square >= 0
        """
  }

  static let manyMW14 = BenchmarkProblem(
    "mw14", "front in pieces, all of it on the constraint", source: mwSource, objectives: 3, distances: 13,
    reference: { Array(repeating: 1.7, count: $0 - 1) + [5.5] }
  ) { size in
    let m = size.objectives
    return chain(size, upTo: 1.5) + """
      let place = x[1..\(m - 1)]
      let wave = 1.5 * sin(1.1 * \(pi) * place^2)
      \((1..<m).map { "minimize f\($0) = x[\($0)]" }.joined(separator: "\n"))
      minimize f\(m) = g * mean(6 - exp(place) - wave)
      constraint below: mean(5.1 - place - 0.5 * place^2 - wave) - f\(m) >= 0
      """
  }
}
