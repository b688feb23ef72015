import Testing

@testable import Electrophysiology
@testable import motoneuron_sim

/// Agreement with NEURON within the tolerances that the example promises.
@Suite struct ReferenceTests {
  private func near(_ a: Double, _ b: Double, relative: Double) -> Bool { abs(a - b) <= relative * abs(b) }

  @Test func firingCellAgreesWithNEURON() {
    let reference = Reference.firing.features
    let features = Features(Simulated.firing)
    #expect(near(features.rin, reference.rn, relative: 0.02))
    #expect(near(features.tau, reference.tau, relative: 0.05))
    for i in 0..<7 {
      #expect(abs(features.rate[i] - reference.fI[i]) <= 1)
      #expect(abs(features.amplitude[i] - reference.amp[i]) <= 3)
      #expect(abs(features.threshold[i] - reference.thr[i]) <= 3)
      #expect(near(features.firstIsi[i], reference.isi_first[i]!, relative: 0.05))
      #expect(near(features.adaptation[i], reference.isi_ratio[i]!, relative: 0.05))
    }
    #expect(features.ok)
    #expect(features.earlySpikes == 0)
    #expect(abs(features.vError) < 0.05)
    #expect(features.peak.allSatisfy { $0 > 20 && $0 < 60 })
  }

  @Test func silentCellIsSilent() {
    let reference = Reference.silent.features
    let features = Features(Simulated.silent)
    #expect(near(features.rin, reference.rn, relative: 0.02))
    #expect(near(features.tau, reference.tau, relative: 0.05))
    #expect(features.rate == reference.fI)
    #expect(features.spikes == Array(repeating: 0, count: 7))
    #expect(features.amplitude == reference.amp)
    #expect(features.firstIsi == Array(repeating: 1000, count: 7))
    #expect(features.adaptation == Array(repeating: 0, count: 7))
    #expect(features.peak.allSatisfy { $0 < -50 })
    #expect(!features.ok)
    #expect(abs(features.vError) < 0.05)
  }

  @Test func halvingTheStepChangesLittle() {
    let coarse = Features(Simulated.firing)
    let fine = Features(CurrentClamp(Reference.firing.parameters, rates: Simulated.fine))
    #expect(near(coarse.rin, fine.rin, relative: 0.01))
    #expect(near(coarse.tau, fine.tau, relative: 0.025))
    for i in 0..<7 {
      #expect(abs(coarse.rate[i] - fine.rate[i]) < 0.5)
      #expect(abs(coarse.amplitude[i] - fine.amplitude[i]) < 1.5)
      #expect(abs(coarse.threshold[i] - fine.threshold[i]) < 1.5)
      #expect(near(coarse.firstIsi[i], fine.firstIsi[i], relative: 0.025))
      #expect(near(coarse.adaptation[i], fine.adaptation[i], relative: 0.025))
    }
  }

  @Test(arguments: [2, 7]) func spikeTimesAgreeWithNEURON(run: Int) {
    let reference = crossings(Reference.trace(run), interval: 0.5)
    let perMs = Simulated.firing.perMs
    let trace = Simulated.firing.trace(run)
    let times = crossings(Array(trace[...(800 * perMs)]), interval: 1 / Double(perMs))
    #expect(reference.count >= 3)
    #expect(times.count == reference.count)
    for (a, b) in zip(times, reference) { #expect(abs(a - b) < 2) }
  }

  @Test func hyperpolarisationAgreesWithNEURON() {
    let reference = Reference.trace(0)
    let perMs = Simulated.firing.perMs
    let trace = Simulated.firing.trace(0)
    for i in reference.indices { #expect(abs(trace[i * perMs / 2] - reference[i]) < 0.1) }
  }
}

/// The holding current, solved directly, against the one that NEURON's user finds by whole simulations.
@Suite struct SteadyStateTests {
  @Test(arguments: [Reference.silent.parameters, Reference.firing.parameters])
  func holdingCurrentHolds(parameters: Parameters) {
    let cell = Cell(parameters)
    let steady = SteadyState(cell)
    let integrator = Integrator(cell, constant: steady.holdingCurrent(), rates: Simulated.rates)
    var run = Recording(CellState(at: Constants.holding))
    run.run(integrator, steps: 100_000, current: 0)
    // The silent cell swings around its holding potential by a third of a millivolt.
    #expect(abs(run.state.somaV - Constants.holding) < 0.5)
    #expect(abs(run.state.dendV - steady.dendVoltage(soma: Constants.holding)) < 0.5)
  }

  @Test func holdingCurrentAgreesWithNEURON() {
    let reference = Reference.firing.features
    let parameters = Reference.firing.parameters
    let hold = SteadyState(Cell(parameters)).holdingCurrent()
    #expect(abs(hold - reference.ic_hold) < 0.005 * abs(reference.ic_hold))
    let rest = SteadyState(Cell(parameters, start: -57.4)).holdingCurrent(-57.4)
    #expect(abs(rest - reference.ic_rest) < 0.005 * abs(reference.ic_rest))
  }

  /// With NEURON's own holding currents the mean voltage over a second is where NEURON has it.
  @Test(arguments: [0, 1]) func meanHoldingPotentialAgreesWithNEURON(set: Int) {
    let reference = set == 0 ? Reference.silent : Reference.firing
    let integrator = Integrator(
      Cell(reference.parameters), constant: reference.features.ic_hold, rates: Simulated.rates)
    var run = Recording(CellState(at: Constants.holding))
    run.run(integrator, steps: 50_000, current: 0)
    let mean = run.voltages.reduce(0, +) / Double(run.voltages.count)
    #expect(abs(mean - Constants.holding - reference.features.v_err) < 1e-3)
  }

  @Test func restingPotentialNeedsNoCurrent() {
    let cell = Cell(Reference.firing.parameters)
    let steady = SteadyState(cell)
    let rest = steady.restingPotential()
    #expect(abs(steady.holdingCurrent(rest)) < 1e-9)
    // The holding current is inward, so without it the cell lies lower.
    #expect(rest < Constants.holding)
  }

  @Test func settlesInTheDirectionOfTheCurrent() {
    #expect(abs(settle(from: -60) { $0 + 62 } + 62) < 1e-9)
    #expect(abs(settle(from: -60) { $0 + 40.3 } + 40.3) < 1e-9)
    #expect(settle(from: -60) { _ in 0 } == -60)
  }
}
