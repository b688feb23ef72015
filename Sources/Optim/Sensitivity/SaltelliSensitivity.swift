/// `sobol`: shares of the variance by Saltelli's design, first and total order.
let saltelliSensitivity = SensitivityEntry(
  name: "sobol",
  documentation: "variance shares: first order (alone) and total order (with interactions), with confidence",
  standardCount: 1024, leastCount: 2, run: saltelliIndices)

/// With two independent points A and B per row, and AB_i = A with coordinate i of B (Saltelli et al. 2010):
///
///     S_i  = mean(f(B) (f(AB_i) - f(A))) / V        first order (their formula b, after Sobol 2007)
///     ST_i = mean((f(A) - f(AB_i))^2) / (2 V)       total order (Jansen 1999)
///
/// where V is the variance over A and B together. Values are centred first, which changes neither but makes the first
/// less noisy. Costs n (d + 2) predictions.
private func saltelliIndices(_ responses: Responses, _ count: Int, _ stream: RandomStream) -> Sensitivity {
  let d = responses.dimension
  let both = spreadPoints(count, dimension: 2 * d, stream.derived(0))
  var rows: [[Double]] = []
  rows.reserveCapacity(count * (d + 2))
  for i in 0..<count { rows.append(Array(both.row(i)[..<d])) }
  for i in 0..<count { rows.append(Array(both.row(i)[d...])) }
  for j in 0..<d {
    for i in 0..<count {
      var point = rows[i]
      point[j] = rows[count + i][j]
      rows.append(point)
    }
  }
  let values = responses.values(Matrix(rows, columns: d))
  var measures = [
    Sensitivity.Measure("first", [], confidence: []), Sensitivity.Measure("total", [], confidence: []),
  ]
  for column in values {
    let indices = SaltelliColumn(column, count: count, dimension: d)
    for total in [false, true] {
      let at = total ? 1 : 0
      measures[at].values.append((0..<d).map { indices.index($0, total: total, rows: nil) })
      measures[at].confidence!.append(
        (0..<d).map { j in
          bootstrapConfidence(rows: count, stream: stream.derived(UInt64(1 + j))) {
            indices.index(j, total: total, rows: $0)
          }
        })
    }
  }
  return Sensitivity(
    method: "sobol", parameters: responses.parameters, responses: responses.names, measures: measures,
    lead: 1, evaluations: rows.count)
}

private struct SaltelliColumn {
  let a: [Double]
  let b: [Double]
  let mixed: [[Double]]
  let isConstant: Bool

  init(_ values: [Double], count: Int, dimension: Int) {
    isConstant = !varies(values)
    let center = mean(Array(values[..<(2 * count)]))
    let centred = values.map { $0 - center }
    a = Array(centred[..<count])
    b = Array(centred[count..<(2 * count)])
    mixed = (0..<dimension).map { Array(centred[((2 + $0) * count)..<((3 + $0) * count)]) }
  }

  /// - Parameter rows: those that count; nil for all.
  func index(_ j: Int, total: Bool, rows: [Int]?) -> Double {
    if isConstant { return 0 }
    var (sum, first, second) = (0.0, 0.0, 0.0)
    let mixed = mixed[j]
    func add(_ i: Int) {
      sum += total ? (a[i] - mixed[i]) * (a[i] - mixed[i]) / 2 : b[i] * (mixed[i] - a[i])
      first += a[i] + b[i]
      second += a[i] * a[i] + b[i] * b[i]
    }
    if let rows { rows.forEach(add) } else { a.indices.forEach(add) }
    let n = Double(rows?.count ?? a.count)
    let variance = second / (2 * n) - (first / (2 * n)) * (first / (2 * n))
    return variance > 0 ? sum / n / variance : 0
  }
}
