import Foundation

/// Points of a parameter space, with what it took to find them.
public struct Sample: Sendable {
  /// Parameter values, row by row; NaN where a conditional parameter does not exist.
  public let points: [[Double]]
  /// Points drawn, accepted or not. A sequence is continued by passing `skip` + this as the next `skip`.
  public let drawn: Int
}

public enum SamplingError: Error, Equatable, CustomStringConvertible {
  case tooManyDimensions(sampler: String, dimensions: Int, maximum: Int)
  case nothingToSample
  /// `accepted` of `drawn` points satisfied the condition: fewer than one in 10,000, or none at all.
  case hardlyAccepted(accepted: Int, drawn: Int, wanted: Int)

  public var description: String {
    switch self {
    case .tooManyDimensions(let sampler, let dimensions, let maximum):
      return
        "\(sampler) has constants for \(maximum) dimensions, not for \(dimensions); lh and mc have no limit"
    case .nothingToSample:
      return "there are no parameters to sample"
    case .hardlyAccepted(let accepted, let drawn, let wanted):
      let rate = drawn == 0 ? 0 : 100 * Double(accepted) / Double(drawn)
      return "only \(accepted) of \(drawn) points (\(String(format: "%.3g", rate)) %) satisfy the condition, "
        + "too few to find \(wanted)"
    }
  }
}

/// Decides on parameter values (NaN where a conditional parameter does not exist), usually an a priori
/// constraint.
public typealias Acceptance = @Sendable ([Double]) -> Bool

extension Sampler {
  /// Exactly `count` points of `space` that `accept` says yes to (a grid: those of a grid of about `count`
  /// points).
  ///
  /// Sequences go on until there are enough; designs are made larger by the acceptance rate and thinned at
  /// random, so that they keep their spread. Points of small discrete spaces may repeat: three on/off
  /// parameters have eight points, however many are asked for.
  public func sample(
    count: Int, space: Space, skip: Int = 0, stream: RandomStream, accept: Acceptance? = nil
  ) throws(SamplingError) -> Sample {
    guard space.count > 0 else { throw .nothingToSample }
    if let maximum = maximumDimension, space.count > maximum {
      throw .tooManyDimensions(sampler: name, dimensions: space.count, maximum: maximum)
    }
    let levels = space.parameters.map(\.levels)
    let draw = { (count: Int, skip: Int, stream: RandomStream) in
      points(count: count, levels: levels, skip: skip, stream: stream).map(space.decode)
    }
    guard let accept else {
      let found = draw(count, skip, stream)
      return Sample(points: found, drawn: found.count)
    }
    if self is Grid {
      let all = draw(count, skip, stream)
      let accepted = all.filter(accept)
      if accepted.isEmpty && count > 0 { throw .hardlyAccepted(accepted: 0, drawn: all.count, wanted: count) }
      return Sample(points: accepted, drawn: all.count)
    }
    return isSequence
      ? try continued(count, skip, stream, draw, accept)
      : try thinned(count, space, stream, draw, accept)
  }

  private typealias Draw = (_ count: Int, _ skip: Int, _ stream: RandomStream) -> [[Double]]

  /// Goes on with the sequence block by block; `drawn` ends with the last point accepted.
  private func continued(
    _ count: Int, _ skip: Int, _ stream: RandomStream, _ draw: Draw, _ accept: Acceptance
  ) throws(SamplingError) -> Sample {
    var accepted: [[Double]] = []
    var drawn = 0
    while accepted.count < count {
      let block = min(max(count, 1024), 16384)
      for point in draw(block, skip + drawn, stream) {
        drawn += 1
        if accept(point) { accepted.append(point) }
        if accepted.count == count { break }
      }
      try checkRate(accepted.count, drawn, count)
    }
    return Sample(points: accepted, drawn: drawn)
  }

  /// Finds the acceptance rate by random points, makes a design that much larger, and keeps `count` of the
  /// accepted points.
  private func thinned(
    _ count: Int, _ space: Space, _ stream: RandomStream, _ draw: Draw, _ accept: Acceptance
  ) throws(SamplingError) -> Sample {
    guard count > 0 else { return Sample(points: [], drawn: 0) }
    let pilot = try MonteCarlo().continued(
      min(count, 100), 0, stream.derived(.max),
      { MonteCarlo().points(count: $0, dimension: space.count, skip: $1, stream: $2).map(space.decode) },
      accept)
    let rate = Double(pilot.points.count) / Double(pilot.drawn)
    // At most about 160 MB of coordinates at once; where that is not enough, several designs are put
    // together.
    let largest = max(count, 20_000_000 / space.count)
    var size = pilot.points.count == pilot.drawn ? count : min(Int(1.2 * Double(count) / rate) + 1, largest)
    var accepted: [[Double]] = []
    var drawn = 0
    var attempt: UInt64 = 0
    while accepted.count < count {
      let design = draw(size, 0, attempt == 0 ? stream : stream.derived(attempt))
      // A design that was too small by bad luck is replaced by a larger one; the largest ones are added up.
      if size < largest { accepted = [] }
      accepted += design.filter(accept)
      drawn += size
      attempt += 1
      try checkRate(accepted.count, drawn, count)
      if size < largest { size = min(size + size / 3 + 1, largest) }
    }
    return Sample(points: Self.thin(accepted, to: count, stream), drawn: drawn)
  }

  private static func thin(_ points: [[Double]], to count: Int, _ stream: RandomStream) -> [[Double]] {
    guard points.count > count else { return points }
    var random = stream.derived(.max - 1)
    return random.permutation(points.count).prefix(count).sorted().map { points[$0] }
  }

  private func checkRate(_ accepted: Int, _ drawn: Int, _ wanted: Int) throws(SamplingError) {
    if accepted < wanted && drawn >= 50_000 && accepted * 10_000 < drawn {
      throw .hardlyAccepted(accepted: accepted, drawn: drawn, wanted: wanted)
    }
  }
}
