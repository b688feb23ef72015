import Foundation

/// `fast`: shares of the variance by the extended Fourier amplitude sensitivity test.
let fourierSensitivity = SensitivityEntry(
  name: "fast",
  documentation: "variance shares, first and total order, by Fourier analysis along one curve per parameter",
  standardCount: 1025, leastCount: 65, run: fourierIndices)

/// Extended FAST (Saltelli, Tarantola, Chan 1999). For each parameter i the cube is searched along a curve
///
///     x_k(s) = 1/2 + asin(sin(w_k s + phi_k)) / pi,    s over one period,
///
/// with a high frequency w_i = (n - 1) / (2 M), M = 4, for i and low ones, at most w_i / (2 M), for all others. With the power
/// spectrum of f along it, the harmonics w_i, 2 w_i, ..., M w_i hold the variance that i causes alone (first order) and the
/// frequencies up to w_i / 2 what all others cause without i (1 - total order). Costs n d predictions.
private func fourierIndices(_ responses: Responses, _ count: Int, _ stream: RandomStream) -> Sensitivity {
  let d = responses.dimension
  let harmonics = 4
  let high = (count - 1) / (2 * harmonics)
  let highestLow = max(high / (2 * harmonics), 1)
  // Others share the low frequencies evenly; with more parameters than frequencies they repeat.
  let low = (0..<(d - 1)).map { k in
    highestLow >= d - 1
      ? d == 2 ? 1 : 1 + k * (highestLow - 1) / max(d - 2, 1) : 1 + k % highestLow
  }
  var random = stream
  var rows: [[Double]] = []
  rows.reserveCapacity(count * d)
  for i in 0..<d {
    var frequencies = low
    frequencies.insert(high, at: i)
    let phases = (0..<d).map { _ in 2 * Double.pi * random.uniform() }
    for s in 0..<count {
      let angle = 2 * Double.pi * Double(s) / Double(count)
      rows.append(
        (0..<d).map { k in 0.5 + asin(sin(Double(frequencies[k]) * angle + phases[k])) / .pi })
    }
  }
  let values = responses.values(Matrix(rows, columns: d))
  var first = Sensitivity.Measure("first", [])
  var total = Sensitivity.Measure("total", [])
  for column in values {
    let indices = (0..<d).map { i in
      spectrumShares(Array(column[(i * count)..<((i + 1) * count)]), high: high, harmonics: harmonics)
    }
    first.values.append(indices.map(\.first))
    total.values.append(indices.map(\.total))
  }
  return Sensitivity(
    method: "fast", parameters: responses.parameters, responses: responses.names, measures: [first, total],
    lead: 1, evaluations: rows.count)
}

/// First and total order from one curve's values.
///
/// By Parseval the whole variance is known without the spectrum, so that only the few frequencies wanted are computed.
private func spectrumShares(_ values: [Double], high: Int, harmonics: Int) -> (first: Double, total: Double) {
  guard varies(values) else { return (0, 0) }
  let n = values.count
  let center = mean(values)
  let centred = values.map { $0 - center }
  let variance = centred.reduce(0) { $0 + $1 * $1 } / Double(n)
  let turn = (0..<n).map { 2 * Double.pi * Double($0) / Double(n) }
  let (cosines, sines) = (turn.map { cos($0) }, turn.map { sin($0) })
  /// 2 |F(w)|^2 / n^2: the share of variance at frequency w.
  func power(_ frequency: Int) -> Double {
    var (real, imaginary, at) = (0.0, 0.0, 0)
    for value in centred {
      real += value * cosines[at]
      imaginary += value * sines[at]
      at += frequency
      if at >= n { at -= n }
    }
    return 2 * (real * real + imaginary * imaginary) / Double(n * n)
  }
  let own = (1...harmonics).reduce(0.0) { $0 + power($1 * high) }
  let others = (1...max(high / 2, 1)).reduce(0.0) { $0 + power($1) }
  return (own / variance, 1 - others / variance)
}
