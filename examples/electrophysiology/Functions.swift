#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Linear interpolation.
@inlinable @inline(__always)
public func blend(_ a: Double, _ b: Double, _ x: Double) -> Double { a + x * (b - a) }

/// Steady state of a gate: rises with voltage for `slope` > 0, falls for `slope` < 0.
public func sigmoid(_ v: Double, half: Double, slope: Double) -> Double { 1 / (1 + exp(-(v - half) / slope)) }

/// Share of the way to its steady state that a gate with time constant `time` covers in `step`.
public func share(of step: Double, time: Double) -> Double { -expm1(-step / time) }

/// z / (e^z - 1), whose singularity at 0 is removable: its value there is 1, its slope -1/2.
public func exponentialRatio(_ z: Double) -> Double { abs(z) < 1e-8 ? 1 - z / 2 : z / expm1(z) }

/// The nearest zero of an outward current in the direction in which the current drives the voltage.
public func settle(from start: Double, _ current: (Double) -> Double) -> Double {
  let first = current(start)
  if first == 0 { return start }
  let stride = first > 0 ? -0.5 : 0.5
  var near = start
  var far = start + stride
  while abs(far) < 300, (current(far) > 0) == (first > 0) {
    near = far
    far += stride
  }
  for _ in 0..<60 {
    let middle = (near + far) / 2
    if (current(middle) > 0) == (first > 0) { near = middle } else { far = middle }
  }
  return (near + far) / 2
}

/// Half a Crank-Nicolson step of two coupled compartments.
///
/// - Parameters:
///   - currents: outward current densities at the present voltages, coupling and stimulus included.
///   - slopes: of these currents over voltage, plus twice the capacitance over the step.
///   - couplings: how much each current falls with the other compartment's voltage.
/// - Returns: half of the change of both voltages.
@inlinable @inline(__always)
public func halfStep(
  currents: (soma: Double, dendrite: Double), slopes: (soma: Double, dendrite: Double),
  couplings: (soma: Double, dendrite: Double)
) -> (soma: Double, dendrite: Double) {
  let scale = -1 / (slopes.soma * slopes.dendrite - couplings.soma * couplings.dendrite)
  return (
    scale * (slopes.dendrite * currents.soma + couplings.soma * currents.dendrite),
    scale * (slopes.soma * currents.dendrite + couplings.dendrite * currents.soma)
  )
}
