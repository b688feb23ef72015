import Electrophysiology

/// What the program returns; lists have one entry for each depolarising step.
///
/// Every output is a finite number whatever the cell does, so that a silent cell is still data; what could
/// not be measured has the value given here, which fails the matching constraint.
struct Features: Codable, Equatable {
  /// Input resistance (MOhm).
  var rin: Double
  /// Membrane time constant (ms); 0 if the hyperpolarising step leaves nothing to fit.
  var tau: Double
  /// Residual (mV) of the exponential fit, and deflection over the noise before the step: the reference
  /// accepts a time constant when the first is at most 1 and the second at least 20.
  var tauResidual: Double
  var tauSnr: Double
  /// Firing rate (Hz) and number of spikes.
  var rate: [Double]
  var spikes: [Int]
  /// Mean spike height over the threshold (mV); 0 without spikes.
  var amplitude: [Double]
  /// Spike threshold (mV); 0 without spikes.
  var threshold: [Double]
  /// Last interspike interval over the first; 0 with fewer than three spikes.
  var adaptation: [Double]
  /// First interspike interval (ms); with fewer than two spikes 1000, the length of the step.
  var firstIsi: [Double]
  /// Highest somatic voltage (mV) from the stimulus on: how far from a spike a silent cell stays.
  var peak: [Double]
  /// Spikes before the stimulus.
  var earlySpikes: Int
  /// Potential (mV) at which the cell would rest without the holding current.
  var rest: Double
  /// Mean voltage (mV) over a second without stimulus, less the intended -60; 60 if it ever exceeds 0 mV.
  var vError: Double
  /// Holding current (mA/cm2 of soma).
  var hold: Double
  /// Whether every feature could be measured: the reference's tests of the time constant's fit, and at least
  /// three spikes in every step.
  var ok: Bool

  static let noInterval = Double(CurrentClamp.offset - CurrentClamp.onset)
  static let worstResidual = 1.0
  static let leastSignalToNoise = 20.0

  init(_ clamp: CurrentClamp) {
    let perMs = clamp.perMs
    let passive = clamp.passive.voltages.withUnsafeBufferPointer {
      PassiveFeatures(
        $0, perMs: perMs, onset: CurrentClamp.passiveOnset, offset: CurrentClamp.passiveOffset,
        current: CurrentClamp.hyperpolarising)
    }
    rin = passive.resistance
    tau = passive.tau
    tauResidual = passive.residual
    tauSnr = passive.signalToNoise

    let trains = clamp.active.map { run in
      run.voltages.withUnsafeBufferPointer {
        SpikeTrain($0, perMs: perMs, onset: Double(CurrentClamp.onset))
      }
    }
    spikes = trains.map(\.times.count)
    rate = spikes.map { Double($0) * 1000 / Double(CurrentClamp.offset - CurrentClamp.onset) }
    amplitude = trains.map { $0.amplitude ?? 0 }
    threshold = trains.map { $0.threshold ?? 0 }
    adaptation = trains.map { $0.adaptation ?? 0 }
    firstIsi = trains.map { $0.firstInterval ?? Self.noInterval }
    peak = trains.map(\.highest)

    let held = clamp.hold.voltages
    let settled = (CurrentClamp.onset - SpikeTrain.window) * perMs
    earlySpikes = held.withUnsafeBufferPointer { v in
      Peaks(v, upTo: settled, perMs: perMs).reduce(0) { count, _ in count + 1 }
    }
    let mean = held.max()! < 0 ? held.reduce(0, +) / Double(held.count) : 0
    vError = mean - Constants.holding
    hold = clamp.holdingCurrent
    rest = SteadyState(clamp.cell).restingPotential()
    ok =
      tau > 0 && tauResidual <= Self.worstResidual && tauSnr >= Self.leastSignalToNoise
      && spikes.allSatisfy { $0 >= 3 }
  }
}
