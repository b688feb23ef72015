/// Points proposed together, with what they were decoded from.
struct Proposal: Sendable {
  /// Parameter values, row by row.
  var points: [[Double]] = []
  /// Points of the unit cube, row by row; parameters that do not exist keep their genes.
  var genomes: [[Double]] = []
  /// Fingerprints of what the genomes decode to.
  var prints: [UInt64] = []

  init(points: [[Double]] = [], capacity: Int = 0) {
    self.points = points
    self.points.reserveCapacity(capacity)
    genomes.reserveCapacity(capacity)
    prints.reserveCapacity(capacity)
  }
}

/// What search algorithms share: first designs, genomes of given points, and proposals that are new and
/// allowed.
struct Breeder: Sendable {
  let space: Space
  let options: SearchOptions
  let variation: Variation
  private let decoder: UnitDecoder
  private let stream: RandomStream

  init(_ space: Space, _ options: SearchOptions, _ stream: RandomStream) {
    precondition(options.population >= 2, "a population needs two points")
    (self.space, self.options, self.stream) = (space, options, stream)
    decoder = UnitDecoder(space)
    variation = Variation(space: space, options: options)
  }

  /// A Latin hypercube; where the a priori constraints leave too little room for one, points regardless of
  /// them.
  func initialDesign(_ random: inout RandomStream) -> Proposal {
    let sampler = LatinHypercube()
    let start = stream.derived(0)
    let count = options.population
    let points =
      (try? sampler.sample(count: count, space: space, stream: start, accept: options.accept).points)
      ?? sampler.points(count: count, dimension: space.count, stream: start).map(space.decode)
    return proposal(of: points, &random)
  }

  /// Given points with their genomes; parameters that do not exist get random genes, to be there when their
  /// condition holds.
  func proposal(of points: [[Double]], _ random: inout RandomStream) -> Proposal {
    var proposal = Proposal(points: points)
    for values in points {
      let genome = zip(space.encode(values), values).map { $1.isNaN ? random.uniform() : $0 }
      proposal.genomes.append(genome)
      // Not of the values themselves: encoding may round, and a child with the same genes decodes to the
      // rounded ones.
      proposal.prints.append(fingerprint(decoder.decode(genome)))
    }
    return proposal
  }

  /// The evaluated points that the space contains, with their genomes.
  func usable(_ evaluated: Population, _ random: inout RandomStream) -> (Population, Proposal) {
    let rows = evaluated.points.indices.filter { space.contains(evaluated.points[$0]) }
    let usable = evaluated.subset(rows)
    return (usable, proposal(of: usable.points, &random))
  }

  /// An empty proposal that takes no point of `known`.
  func brood(known: [UInt64]) -> Brood {
    Brood(proposal: Proposal(capacity: options.population), known: Set(known))
  }

  /// Takes a child, unless it is known already or violates an a priori constraint. After 50 refusals in a
  /// row anything is taken, so that small discrete spaces do not hang.
  func add(_ genome: [Double], to brood: inout Brood) -> Bool {
    let values = decoder.decode(genome)
    let print = fingerprint(values)
    let isNew = brood.known.insert(print).inserted
    guard isNew && options.accept?(values) != false || brood.refused >= 50 else {
      brood.refused += 1
      return false
    }
    brood.refused = 0
    brood.proposal.points.append(values)
    brood.proposal.genomes.append(genome)
    brood.proposal.prints.append(print)
    return true
  }
}

/// A proposal in the making.
struct Brood {
  fileprivate(set) var proposal: Proposal
  fileprivate var known: Set<UInt64>
  fileprivate var refused = 0

  var count: Int { proposal.points.count }
}

/// 64 bits that tell points apart: equal values (NaN equals NaN) give equal bits. A collision only costs a
/// redraw.
func fingerprint(_ values: [Double]) -> UInt64 {
  var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
  for value in values {
    let bits = value.isNaN ? Double.nan.bitPattern : (value + 0).bitPattern
    hash = (hash ^ bits) &* 0xD6E8_FEB8_6659_FD93
    hash ^= hash >> 32
  }
  return hash
}
