import Foundation
import Testing

@testable import Optim

@Suite struct LinearAlgebraTests {
  private func positiveDefinite(_ n: Int) -> Matrix {
    let a = randomInputs(n, n, seed: 1)
    var s = Matrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0..<n { s[i, j] = (0..<n).reduce(i == j ? 0.1 : 0) { $0 + a[i, $1] * a[j, $1] } }
    }
    return s
  }

  /// Sizes that are divided once and several times, with halves that differ.
  @Test(arguments: [48, 49, 131, 300]) func inverseOfManyRows(_ n: Int) throws {
    let a = positiveDefinite(n)
    let inverse = try #require(Cholesky(a.values, order: n)).inverse
    for column in [0, n / 2, n - 1] {
      let product = BLAS.symmetricMultiply(n, inverse, a.row(column))
      for i in 0..<n { #expect(abs(product[i] - (i == column ? 1 : 0)) < 1e-9) }
    }
  }

  @Test func choleskySolvesAndInverts() throws {
    let (n, a) = (17, positiveDefinite(17))
    let factor = try #require(Cholesky(a.values, order: n))
    #expect(factor.jitter == 0)
    for i in 0..<n {
      for j in 0...i {
        let product = (0...j).reduce(0) { $0 + factor.factor[i * n + $1] * factor.factor[j * n + $1] }
        #expect(abs(product - a[i, j]) < 1e-12)
      }
    }
    let b = (0..<n).map { Double($0) - 3 }
    let x = factor.solve(b)
    for i in 0..<n { #expect(abs((0..<n).reduce(0) { $0 + a[i, $1] * x[$1] } - b[i]) < 1e-9) }
    let inverse = factor.inverse
    let byInverse = BLAS.symmetricMultiply(n, inverse, b)
    for i in 0..<n { #expect(abs(byInverse[i] - x[i]) < 1e-9) }
    // Rows at once: L'^-1 L^-1 b is A^-1 b.
    var rows = b + b.map { 2 * $0 }
    factor.solveLower(&rows, count: 2)
    factor.solveUpper(&rows, count: 2)
    for i in 0..<n { #expect(abs(rows[n + i] - 2 * x[i]) < 1e-9) }
    let values = try #require(SymmetricEigen(a)).values
    #expect(abs(factor.logDeterminant - values.reduce(0) { $0 + log($1) }) < 1e-9)
  }

  @Test func jitterGrowsOnlyAsFarAsNeeded() throws {
    // Rank one.
    let singular = [1.0, 1, 1, 1]
    #expect(Cholesky(singular, order: 2) == nil)
    let factor = try #require(Cholesky(singular, order: 2, jitters: Cholesky.growing))
    #expect(factor.jitter > 0 && factor.jitter <= 1e-10)
    #expect(Cholesky([1, 0, 0, -1], order: 2, jitters: Cholesky.growing) == nil)
    #expect(Cholesky([.nan], order: 1, jitters: Cholesky.growing) == nil)
    #expect(Cholesky([1, 0, .nan, 1], order: 2, jitters: Cholesky.growing) == nil)
    #expect(Cholesky([], order: 0)?.logDeterminant == 0)
  }

  @Test func eigenvectorsRebuildTheMatrix() throws {
    let (n, a) = (23, positiveDefinite(23))
    let eigen = try #require(SymmetricEigen(a))
    #expect(eigen.values == eigen.values.sorted())
    for i in 0..<n {
      for j in 0..<n {
        let rebuilt = (0..<n).reduce(0) {
          $0 + eigen.values[$1] * eigen.vectors[$1, i] * eigen.vectors[$1, j]
        }
        #expect(abs(rebuilt - a[i, j]) < 1e-11)
      }
    }
    #expect(SymmetricEigen(Matrix(rows: 1, columns: 1, values: [.nan])) == nil)
  }
}
