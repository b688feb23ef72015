/// Spikes of one run, found the way the reference finds them: peaks above -20 mV that are narrower than
/// 50 ms show that there are any; the first of them gives the threshold; and every excursion above the
/// threshold that has come down again is a spike.
public struct SpikeTrain: Equatable {
  /// Threshold (mV): voltage at which, in the 50 ms before the first peak, the slope first exceeds its mean
  /// over the run by two standard deviations. Nil without spikes.
  public private(set) var threshold: Double?
  /// Times (ms) and voltages (mV) of the spikes' peaks.
  public private(set) var times: [Double] = []
  public private(set) var peaks: [Double] = []
  /// Highest voltage (mV) in the counting window, spikes or not.
  public let highest: Double

  /// How much before the stimulus (ms) a threshold may lie.
  public static let window = 50

  /// - Parameters:
  ///   - v: somatic voltage (mV) from `window` ms before the stimulus to the end of the counting window.
  ///   - perMs: samples a millisecond.
  ///   - onset: time (ms) of the stimulus.
  public init(_ v: UnsafeBufferPointer<Double>, perMs: Int, onset: Double) {
    let lead = Self.window * perMs
    highest = v[lead...].max()!
    guard let first = Peaks(v, upTo: v.count, perMs: perMs).first(where: { _ in true }), first >= lead,
      let threshold = Self.threshold(v, peak: first, lead: lead)
    else { return }
    self.threshold = threshold

    var above = false
    var top = lead
    for i in lead..<v.count {
      if v[i] > threshold {
        if !above || v[i] > v[top] { top = i }
        above = true
      } else if above {
        above = false
        times.append(onset + Double(top - lead) / Double(perMs))
        peaks.append(v[top])
      }
    }
  }

  /// Slopes are central differences per sample; a common factor cancels.
  private static func threshold(_ v: UnsafeBufferPointer<Double>, peak: Int, lead: Int) -> Double? {
    func slope(_ i: Int) -> Double { (v[i + 1] - v[i - 1]) / 2 }
    let mean = (v[v.count - 1] - v[0]) / Double(v.count - 1)
    let before = max(peak - lead, 1)..<peak
    var (sum, squares) = (0.0, 0.0)
    for i in before {
      let rise = slope(i)
      sum += rise
      squares += rise * rise
    }
    let n = Double(before.count)
    let deviation = max(squares / n - sum * sum / (n * n), 0).squareRoot()
    let limit = mean + 2 * deviation
    guard let i = before.first(where: { slope($0) >= limit }) else { return nil }
    // Between two samples, so that the threshold does not jump with the time step.
    guard i > before.lowerBound, slope(i) > slope(i - 1) else { return v[i] }
    return blend(v[i - 1], v[i], (limit - slope(i - 1)) / (slope(i) - slope(i - 1)))
  }

  /// Mean height (mV) of the spikes above the threshold.
  public var amplitude: Double? {
    threshold.flatMap { peaks.isEmpty ? nil : peaks.reduce(0, +) / Double(peaks.count) - $0 }
  }
  /// First interspike interval (ms).
  public var firstInterval: Double? { times.count >= 2 ? times[1] - times[0] : nil }
  /// Last interval over the first: above 1 the cell adapts.
  public var adaptation: Double? {
    guard times.count >= 3, let first = firstInterval else { return nil }
    return (times[times.count - 1] - times[times.count - 2]) / first
  }
}
