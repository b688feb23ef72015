import Electrophysiology

/// What the program returns; lists have one entry for each depolarising step. Every output is a finite number whatever
/// the cell does; what could not be measured has the value given here, which fails the matching constraint.
struct Features: Codable, Equatable {
  /// Voltage (mV) before the steps.
  var rest: Double
  /// Spikes before the steps.
  var earlySpikes: Int
  /// Input resistance (MOhm), time constant (ms; 0 if there is nothing to fit), and the last 50 ms of the hyperpolarising
  /// step over its deepest deflection (1: no sag).
  var rin: Double
  var tau: Double
  var sag: Double
  /// Firing rate (Hz), time to the first spike (ms; 500 without one), and of the last spike (0).
  var rate: [Double]
  var latency: [Double]
  var last: [Double]
  /// Last interval over the first; 0 with fewer than three spikes.
  var adaptation: [Double]
  /// Highest voltage (mV).
  var peak: [Double]
  /// Of the spikes of the step that is asked for, the first left out: see `SpikeShapes`; 0 with fewer than two.
  var threshold: Double
  var amplitude: Double
  var width: Double
  var ahp: Double
  /// Voltage (mV) of that step every half millisecond, from 10 ms before it.
  var v: [Double]

  static let traceCount = 400

  init(_ clamp: CurrentClamp, hyperpolarising: Double, shown: Int) {
    let perMs = clamp.perMs
    let onset = CurrentClamp.onset * perMs
    let offset = CurrentClamp.offset * perMs
    rest = clamp.passive[onset - 1]
    earlySpikes = clamp.passive.withUnsafeBufferPointer { v in
      Peaks(v, upTo: onset, perMs: perMs).reduce(0) { count, _ in count + 1 }
    }
    let passive = clamp.passive.withUnsafeBufferPointer {
      PassiveFeatures(
        $0, perMs: perMs, onset: CurrentClamp.onset, offset: CurrentClamp.offset, current: hyperpolarising)
    }
    rin = passive.resistance
    tau = passive.tau
    let late = clamp.passive[(offset - 50 * perMs)..<offset]
    let depth = passive.resistance * hyperpolarising
    sag = abs(depth) < 0.1 ? 1 : (late.reduce(0, +) / Double(late.count) - clamp.passive[onset]) / depth

    let duration = Double(CurrentClamp.offset - CurrentClamp.onset)
    let trains = clamp.active.map { v in
      v.withUnsafeBufferPointer { v in Peaks(v, upTo: offset, perMs: perMs).filter { $0 >= onset } }
    }
    let times = trains.map { $0.map { Double($0 - onset) / Double(perMs) } }
    rate = times.map { Double($0.count) * 1000 / duration }
    latency = times.map { $0.first ?? duration }
    last = times.map { $0.last ?? 0 }
    adaptation = times.map { t in t.count < 3 ? 0 : (t[t.count - 1] - t[t.count - 2]) / (t[1] - t[0]) }
    peak = clamp.active.map { $0[onset..<offset].max()! }
    let run = clamp.active[shown]
    let shapes = SpikeShapes(run, peaks: trains[shown], end: offset, perMs: perMs)
    threshold = shapes.threshold
    amplitude = shapes.amplitude
    width = shapes.width
    ahp = shapes.ahp
    v = (0..<Self.traceCount).map { run[onset - 10 * perMs + $0 * perMs / 2] }
  }
}

/// Means over all spikes but the first, whose start depends on the rest before it.
struct SpikeShapes: Equatable {
  /// Voltage (mV) where the slope reaches 10 mV/ms in the 5 ms before a peak; the common definition of a threshold.
  private(set) var threshold = 0.0
  /// Peak over threshold (mV), width (ms) at half of that, and how far the voltage falls below the threshold (mV) before
  /// the next spike.
  private(set) var amplitude = 0.0
  private(set) var width = 0.0
  private(set) var ahp = 0.0

  static let slope = 10.0

  init(_ v: [Double], peaks: [Int], end: Int, perMs: Int) {
    guard peaks.count >= 2 else { return }
    let rise = Self.slope / Double(perMs)
    for (k, peak) in peaks.enumerated().dropFirst() {
      let before = max(1, peak - 5 * perMs)..<peak
      let onset = before.first { v[$0] - v[$0 - 1] >= rise } ?? peak
      let half = (v[peak] + v[onset]) / 2
      var left = peak
      while left > onset, v[left - 1] > half { left -= 1 }
      var right = peak
      while right < v.count - 1, v[right + 1] > half { right += 1 }
      // Between samples, so that the width does not jump with the time step.
      let entry = left > 0 && v[left] > v[left - 1] ? (v[left] - half) / (v[left] - v[left - 1]) : 0
      let exit = right < v.count - 1 ? (v[right] - half) / (v[right] - v[right + 1]) : 0
      threshold += v[onset]
      amplitude += v[peak] - v[onset]
      width += (Double(right - left) + entry + exit) / Double(perMs)
      let next = k + 1 < peaks.count ? peaks[k + 1] : end
      ahp += v[onset] - v[peak...max(next, peak)].min()!
    }
    let count = Double(peaks.count - 1)
    threshold /= count
    amplitude /= count
    width /= count
    ahp /= count
  }
}
