import Foundation
import Testing

@testable import Electrophysiology
@testable import motoneuron_sim

@Suite struct GatesTests {
  @Test func gatesAreHalfOpenAtTheirMidpoints() {
    #expect(Gates.sodiumActivation(-35) == 0.5)
    #expect(Gates.sodiumInactivation(-55) == 0.5)
    #expect(Gates.rectifierActivation(-28) == 0.5)
    #expect(Gates.calciumNActivation(-30) == 0.5)
    #expect(Gates.calciumNInactivation(-45) == 0.5)
    #expect(Gates.calciumLActivation(-40) == 0.5)
  }

  @Test func gatesRiseOrFallAsTheyShould() {
    #expect(Gates.sodiumActivation(0) > 0.98)
    #expect(Gates.sodiumInactivation(0) < 0.001)
    #expect(Gates.calciumNInactivation(-90) > 0.99)
    #expect(abs(Gates.sodiumActivation(-27.2) - 1 / (1 + exp(-1))) < 1e-12)
  }

  @Test func timeConstantsAgreeWithTheirFormulas() {
    #expect(Gates.sodiumInactivationTime(-50) == 15)
    #expect(Gates.rectifierActivationTime(-40) == 3.5)
  }

  @Test func everyRateIsFiniteFarAway() {
    for v in stride(from: -1000.0, through: 1000, by: 37) {
      let soma = RateTable.somaRates(v, step: 0.02)
      let dend = RateTable.dendriteRates(v)
      for value in [soma.sodiumOpen, soma.h, soma.hStep, soma.n, soma.nStep, dend.l, dend.m] {
        #expect(value >= 0 && value <= 1)
      }
      for value in [dend.outsideN, dend.insideN, dend.outsideL, dend.insideL] { #expect(value.isFinite) }
    }
  }

  /// z / (e^z - 1) at 0, where numerator and denominator vanish: 1 - z/2 + z^2/12.
  @Test(arguments: [0, 1e-12, -1e-9, 1e-8, -1e-7, 1e-4, -1e-3])
  func removableSingularityIsRemoved(z: Double) {
    #expect(abs(exponentialRatio(z) - (1 - z / 2 + z * z / 12)) < 1e-12)
  }

  @Test func ratioAgreesWithItsFormulaElsewhere() {
    #expect(abs(exponentialRatio(1) - 1 / (M_E - 1)) < 1e-14)
    #expect(abs(exponentialRatio(-50) - 50) < 1e-12)
    #expect(exponentialRatio(800) == 0)
  }

  @Test func calciumForceVanishesAtTheReversalPotential() {
    for force in [CalciumForce.nType, .lType] {
      let reversal = force.scale * log(Constants.calciumOutside / 1e-3)
      #expect(abs(force.force(reversal, inside: 1e-3)) < 1e-9)
      #expect(force.force(0, inside: 1e-3) < 0)
      #expect(abs(force.force(0, inside: 1e-3) + force.scale * (1 - 5e-4)) < 1e-12)
    }
  }

  @Test func nernstPotentialsAtRest() {
    // RT/F is 26.64 mV at 36 degrees.
    #expect(abs(IonPool.potassium.reversal(gained: 0) - 26.6405 * log(5 / 145.0)) < 0.01)
    #expect(abs(IonPool.sodium.reversal(gained: 0) - 26.6405 * log(145 / 15.0)) < 0.01)
    #expect(IonPool.potassium.reversal(gained: 1e6).isFinite)
    #expect(IonPool.sodium.reversal(gained: -1e6).isFinite)
  }

  @Test func tablesAgreeWithTheFunctions() {
    let table = Simulated.rates
    for v in stride(from: -120.03, to: 60, by: 0.77) {
      let place = (v - RateTable.lowest) / RateTable.spacing
      let row = Int(place)
      let exact = RateTable.somaRates(v, step: 0.02)
      let (a, b, x) = (table.soma[row], table.soma[row + 1], place - Double(row))
      #expect(abs(blend(a.sodiumOpen, b.sodiumOpen, x) - exact.sodiumOpen) < 2e-5)
      #expect(abs(blend(a.h, b.h, x) - exact.h) < 2e-5)
      #expect(abs(blend(a.m, b.m, x) - exact.m) < 1e-4)
      #expect(abs(blend(a.outside, b.outside, x) - exact.outside) < 1e-4)
    }
    for x in stride(from: -20.0, to: 4.5, by: 0.313) {
      #expect(abs(table.potassium.reversal(gained: x) - IonPool.potassium.reversal(gained: x)) < 0.02)
    }
  }
}
