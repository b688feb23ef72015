/// The peaks of a voltage above -20 mV whose width at half prominence is at most 50 ms, one by one.
///
/// Prominence and width as commonly defined (and in SciPy's `find_peaks`): the prominence is the height
/// above the higher of the two lowest points between the peak and higher ground, or the end, on each side.
public struct Peaks: IteratorProtocol, Sequence {
  /// Lowest height (mV) and greatest width (ms).
  public static let height = -20.0
  public static let widestMs = 50

  private let v: UnsafeBufferPointer<Double>
  private let end: Int
  private let widest: Int
  private var position = 1

  public init(_ v: UnsafeBufferPointer<Double>, upTo end: Int, perMs: Int) {
    self.v = v
    self.end = end
    widest = Self.widestMs * perMs
  }

  public mutating func next() -> Int? {
    while position < end - 1 {
      let i = position
      position += 1
      guard v[i] >= Self.height, v[i] > v[i - 1] else { continue }
      // A flat top counts once, at its middle.
      var right = i
      while right + 1 < end, v[right + 1] == v[i] { right += 1 }
      position = right + 1
      let peak = (i + right) / 2
      if right + 1 < end, v[right + 1] < v[i], halfWidth(v, peak: peak, upTo: end) <= widest { return peak }
    }
    return nil
  }
}

/// Width (samples) of a peak at half its prominence, looking no further than `end`.
public func halfWidth(_ v: UnsafeBufferPointer<Double>, peak: Int, upTo end: Int) -> Int {
  var left = peak
  var lowLeft = v[peak]
  while left >= 0, v[left] <= v[peak] {
    lowLeft = min(lowLeft, v[left])
    left -= 1
  }
  var right = peak
  var lowRight = v[peak]
  while right < end, v[right] <= v[peak] {
    lowRight = min(lowRight, v[right])
    right += 1
  }
  let half = (v[peak] + max(lowLeft, lowRight)) / 2
  var from = peak
  while from > left + 1, v[from] > half { from -= 1 }
  var to = peak
  while to < right - 1, v[to] > half { to += 1 }
  return to - from
}
