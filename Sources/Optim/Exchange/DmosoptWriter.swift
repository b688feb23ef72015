import CHDF5
import Foundation

/// Lays a run out group by group.
struct DmosoptWriter {
  let content: DmosoptContent
  let seed: UInt64

  func write(_ hdf5: HDF5, _ name: String, to path: String) throws {
    let file = try hdf5.create(path)
    let group = try hdf5.createGroup(name, in: file)
    let layout = DmosoptLayout(hdf5: hdf5, group: group)
    try layout.names("objective", content.objectives)
    let objective = try layout.numbers("objective_type", content.objectives)
    let surrogate = try layout.numbers("surrogate_objective_type", content.objectives)
    var constraint: HDF5.Object?
    var feature: HDF5.Object?
    if !content.constraints.isEmpty {
      try layout.names("constraint", content.constraints)
      constraint = try layout.numbers("constraint_type", content.constraints)
    }
    if !content.features.isEmpty {
      try layout.names("feature", content.features)
      feature = try layout.numbers("feature_type", content.features, isDouble: true)
    }
    let parameter = try layout.numbers("parameter_space_type", content.parameters.map(\.name))
    try layout.parameters(content.parameters, content.constants)
    try hdf5.write("problem_ids", in: group, integers: [0])
    try hdf5.write(
      "random_seed", in: group, integers: [Int(truncatingIfNeeded: seed)], wide: seed > UInt64(Int32.max))
    try hdf5.write("metadata", in: group, text: try notes())
    try evaluations(hdf5, group, parameter, objective, surrogate, constraint, feature)
    try searches(hdf5, group, parameter, surrogate)
  }

  private func notes() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(content.notes), as: UTF8.self)
  }

  private func evaluations(
    _ hdf5: HDF5, _ group: HDF5.Object, _ parameter: HDF5.Object, _ objective: HDF5.Object,
    _ surrogate: HDF5.Object,
    _ constraint: HDF5.Object?, _ feature: HDF5.Object?
  ) throws {
    let place = try hdf5.createGroup("0", in: group)
    let count = content.count
    // What belongs to which epoch of a search is not known of an archive: it is what dmosopt starts from.
    try hdf5.write("epochs", in: place, hdf5.call.pointee.uint32, rows: count, isOpen: true) { range in
      [UInt8](repeating: 0, count: 4 * range.count)
    }
    try hdf5.write("objectives", in: place, objective.id, rows: count, isOpen: true) {
      bytes(content.objectiveValues, $0)
    }
    try hdf5.write("parameters", in: place, parameter.id, rows: count, isOpen: true) {
      bytes(content.parameterValues, $0)
    }
    if let feature {
      try hdf5.write("features", in: place, feature.id, rows: count, isOpen: true) {
        bytes(content.featureValues, $0)
      }
    }
    if let constraint {
      try hdf5.write("constraints", in: place, constraint.id, rows: count, isOpen: true) {
        bytes(content.constraintValues, $0)
      }
    }
    let unknown = content.objectives.map { _ in Float.nan }
    try hdf5.write("predictions", in: place, surrogate.id, rows: count, isOpen: true) { range in
      range.flatMap { _ in unknown.flatMap { littleEndian($0.bitPattern) } }
    }
  }

  /// What dmosopt keeps of its searches: here durations, and otherwise nothing.
  private func searches(
    _ hdf5: HDF5, _ group: HDF5.Object, _ parameter: HDF5.Object, _ surrogate: HDF5.Object
  ) throws {
    let place = try hdf5.createGroup("surrogate_evals", in: group)
    let nothing: (Range<Int>) -> [UInt8] = { _ in [] }
    for name in ["epochs", "generations"] {
      try hdf5.write(name, in: place, hdf5.call.pointee.uint32, rows: 0, isOpen: true, nothing)
    }
    try hdf5.write("objectives", in: place, surrogate.id, rows: 0, isOpen: true, nothing)
    try hdf5.write("parameters", in: place, parameter.id, rows: 0, isOpen: true, nothing)
    _ = try hdf5.createGroup("optimizer_params", in: group)
    let stats = try hdf5.createGroup("optimizer_stats", in: group)
    guard !content.seconds.isEmpty else { return }
    let epoch = try hdf5.createGroup("0", in: stats)
    let durations = Self.durations(content.seconds)
    let type = try hdf5.compound(durations.map { ($0.name, hdf5.call.pointee.float64) })
    try hdf5.write("stats", in: epoch, type.id, rows: 1, isOpen: true) { _ in
      durations.flatMap { littleEndian($0.value.bitPattern) }
    }
  }

  /// Seconds of evaluations, under dmosopt's names; the standard deviation is that of all of them (divided by n).
  static func durations(_ seconds: [Double]) -> [(name: String, value: Double)] {
    let sorted = seconds.sorted()
    let n = Double(sorted.count)
    let sum = sorted.reduce(0, +)
    let mean = sum / n
    let variance = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    let middle = sorted.count / 2
    let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    return [
      ("eval_max", sorted[sorted.count - 1]), ("eval_mean", mean), ("eval_median", median),
      ("eval_min", sorted[0]),
      ("eval_std", variance.squareRoot()), ("eval_sum", sum),
    ]
  }

  private func bytes(_ columns: [[Float]], _ rows: Range<Int>) -> [UInt8] {
    interleaved(columns.count, rows) { columns[$0][$1].bitPattern }
  }

  private func bytes(_ columns: [[Double]], _ rows: Range<Int>) -> [UInt8] {
    interleaved(columns.count, rows) { columns[$0][$1].bitPattern }
  }

  private func interleaved<Bits: FixedWidthInteger>(
    _ width: Int, _ rows: Range<Int>, _ bits: (Int, Int) -> Bits
  ) -> [UInt8] {
    let size = Bits.bitWidth / 8
    return [UInt8](unsafeUninitializedCapacity: rows.count * width * size) { buffer, count in
      for (i, row) in rows.enumerated() {
        for j in 0..<width {
          UnsafeMutableRawBufferPointer(buffer).storeBytes(
            of: bits(j, row).littleEndian, toByteOffset: (i * width + j) * size, as: Bits.self)
        }
      }
      count = rows.count * width * size
    }
  }
}

/// The named types and lists at the top of a run's group.
private struct DmosoptLayout {
  let hdf5: HDF5
  let group: HDF5.Object
  private static let pathDepth = 10
  private static let pathLength = 128

  /// `KIND_enum`, `KIND_spec_type` and `KIND_spec`: the names of objectives, constraints or features, in order.
  func names(_ kind: String, _ names: [String]) throws {
    let enumeration = try hdf5.enumeration(names)
    try hdf5.commit(enumeration, as: "\(kind)_enum", in: group)
    let row = try hdf5.compound([(kind, enumeration.id)])
    try hdf5.commit(row, as: "\(kind)_spec_type", in: group)
    let plain = try hdf5.compound([(kind, enumeration.id)])
    try hdf5.write("\(kind)_spec", in: group, plain.id, rows: names.count, isOpen: false) { range in
      range.flatMap { littleEndian(UInt16($0)) }
    }
  }

  /// A row of numbers with names, of 32 bits or 64.
  func numbers(_ name: String, _ members: [String], isDouble: Bool = false) throws -> HDF5.Object {
    let number = isDouble ? hdf5.call.pointee.float64 : hdf5.call.pointee.float32
    let type = try hdf5.compound(members.map { ($0, number) })
    try hdf5.commit(type, as: name, in: group)
    return type
  }

  /// `parameter_enum` with all names, `parameter_spec` with ranges, `problem_parameters` with constants, `parameter_paths`.
  func parameters(
    _ parameters: [DmosoptRun.Parameter], _ constants: [(name: String, isInteger: Bool, value: Double)]
  ) throws {
    let names = parameters.map(\.name) + constants.map(\.name)
    let enumeration = try hdf5.enumeration(names)
    let truth = try hdf5.truth()
    let single = hdf5.call.pointee.float32
    try hdf5.commit(enumeration, as: "parameter_enum", in: group)
    let bounds: [(name: String, type: hid_t)] = [
      ("parameter", enumeration.id), ("is_integer", truth.id), ("lower", single), ("upper", single),
    ]
    try list("parameter_spec", "parameter_spec_type", bounds, parameters.count) { row in
      let parameter = parameters[row]
      return littleEndian(UInt16(row)) + [parameter.isInteger ? 1 : 0]
        + littleEndian(Float(parameter.lower).bitPattern) + littleEndian(Float(parameter.upper).bitPattern)
    }
    let fixed: [(name: String, type: hid_t)] = [
      ("parameter", enumeration.id), ("is_integer", truth.id), ("value", single),
    ]
    try list("problem_parameters", "problem_parameters_type", fixed, constants.count) { row in
      littleEndian(UInt16(parameters.count + row)) + [constants[row].isInteger ? 1 : 0]
        + littleEndian(Float(constants[row].value).bitPattern)
    }
    let text = try hdf5.fixedText(Self.pathLength)
    let components = try hdf5.array(text.id, Self.pathDepth)
    let path: [(name: String, type: hid_t)] = [
      ("parameter", enumeration.id), ("path_length", hdf5.call.pointee.int32), ("components", components.id),
    ]
    try list("parameter_paths", "parameter_path_type", path, names.count) { row in
      let name = Array(names[row].utf8.prefix(Self.pathLength))
      let filling = [UInt8](repeating: 0, count: Self.pathDepth * Self.pathLength - name.count)
      return littleEndian(UInt16(row)) + littleEndian(Int32(1)) + name + filling
    }
  }

  private func list(
    _ name: String, _ typeName: String, _ members: [(name: String, type: hid_t)], _ count: Int,
    _ row: (Int) -> [UInt8]
  ) throws {
    try hdf5.commit(try hdf5.compound(members), as: typeName, in: group)
    let type = try hdf5.compound(members)
    try hdf5.write(name, in: group, type.id, rows: count, isOpen: false) { $0.flatMap(row) }
  }
}
