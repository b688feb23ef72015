import CHDF5

// MARK: - Reading

extension HDF5 {
  func dataset(_ name: String, in place: Object) throws -> Object {
    try object(call.pointee.Dopen2(place.id, name, dmo_hdf5_default), .dataset, name)
  }

  func type(of dataset: Object) throws -> Object {
    try object(call.pointee.Dget_type(dataset.id), .type, "the type of a dataset")
  }

  /// Rows of a dataset with one dimension; nil for any other shape.
  func rowCount(of dataset: Object) throws -> Int? {
    let space = try object(call.pointee.Dget_space(dataset.id), .space, "the shape of a dataset")
    guard call.pointee.Sget_simple_extent_ndims(space.id) == 1 else { return nil }
    var size: hsize_t = 0
    try check(call.pointee.Sget_simple_extent_dims(space.id, &size, nil), "the shape of a dataset")
    return Int(size)
  }

  /// The first `rows` rows of a compound dataset's members, or of a plain dataset where `members` is nil, as columns of numbers.
  ///
  /// Read in blocks of about a mebibyte, so that beside the columns no memory grows with the number of rows.
  func columns(_ dataset: Object, _ members: [Member]?, rows: Int) throws -> [[Double]] {
    if members?.isEmpty == true { return [] }
    let double = call.pointee.native_double
    // An array is asked for in the shape it has.
    let types = try (members ?? []).map { try shaped(double, $0.shape) }
    let memory = try members.map { try compound(zip($0, types).map { ($0.name, $1?.id ?? double) }) }
    let width = members?.reduce(0) { $0 + $1.count } ?? 1
    var columns = (0..<width).map { _ in [Double]() }
    for j in columns.indices { columns[j].reserveCapacity(rows) }
    let block = max(1, 131_072 / width)
    var buffer = [Double](repeating: 0, count: min(block, max(rows, 1)) * width)
    for start in stride(from: 0, to: rows, by: block) {
      let count = min(block, rows - start)
      let (file, chosen) = try selection(dataset, start, count)
      try check(
        call.pointee.Dread(dataset.id, memory?.id ?? double, chosen.id, file.id, dmo_hdf5_default, &buffer),
        "rows \(start + 1) to \(start + count)")
      buffer.withUnsafeBufferPointer { values in
        for j in columns.indices { for row in 0..<count { columns[j].append(values[row * width + j]) } }
      }
    }
    return columns
  }

  private func shaped(_ element: hid_t, _ shape: [Int]) throws -> Object? {
    guard !shape.isEmpty else { return nil }
    let sizes = shape.map(hsize_t.init)
    return try object(call.pointee.Tarray_create2(element, UInt32(sizes.count), sizes), .type, "an array")
  }

  /// Some rows of a dataset in the file, and as many in memory.
  private func selection(_ dataset: Object, _ start: Int, _ count: Int) throws -> (
    file: Object, memory: Object
  ) {
    let file = try object(call.pointee.Dget_space(dataset.id), .space, "the shape of a dataset")
    var first = hsize_t(start)
    var size = hsize_t(count)
    try check(
      call.pointee.Sselect_hyperslab(file.id, H5S_SELECT_SET, &first, nil, &size, nil), "rows of a dataset")
    return (file, try object(call.pointee.Screate_simple(1, &size, nil), .space, "rows in memory"))
  }

  /// The text in a dataset that holds a single one; nil where it holds something else.
  func text(_ dataset: Object) throws -> String? {
    let kind = try type(of: dataset)
    guard isText(kind), call.pointee.Tis_variable_str(kind.id) > 0 else { return nil }
    let space = try object(call.pointee.Dget_space(dataset.id), .space, "the shape of a dataset")
    guard call.pointee.Sget_simple_extent_ndims(space.id) == 0 else { return nil }
    var pointer: UnsafeMutablePointer<CChar>?
    try check(
      call.pointee.Dread(dataset.id, kind.id, dmo_hdf5_all, dmo_hdf5_all, dmo_hdf5_default, &pointer),
      "a text")
    guard let pointer else { return "" }
    defer { _ = call.pointee.free_memory(pointer) }
    return String(cString: pointer)
  }
}

// MARK: - Writing

extension HDF5 {
  /// A dataset with one dimension, in chunks.
  ///
  /// - Parameters:
  ///   - isOpen: it can grow without limit, like evaluations; otherwise it has its length for ever.
  ///   - bytes: the rows of a range in the type's own form.
  func write(
    _ name: String, in place: Object, _ type: hid_t, rows: Int, isOpen: Bool,
    _ bytes: (Range<Int>) throws -> [UInt8]
  ) throws {
    let size = call.pointee.Tget_size(type)
    let list = try object(call.pointee.Pcreate(call.pointee.dataset_create), .list, name)
    // Without times, so that the same content is the same bytes.
    try check(call.pointee.Pset_obj_track_times(list.id, false), name)
    var chunk = hsize_t(max(16, min(1024, 16_384 / size)))
    try check(call.pointee.Pset_chunk(list.id, 1, &chunk), name)
    var none: hsize_t = 0
    var most = isOpen ? dmo_hdf5_unlimited : hsize_t(rows)
    let space = try object(call.pointee.Screate_simple(1, &none, &most), .space, name)
    let dataset = try object(
      call.pointee.Dcreate2(place.id, name, type, space.id, dmo_hdf5_default, list.id, dmo_hdf5_default),
      .dataset, name)
    var total = hsize_t(rows)
    try check(call.pointee.Dset_extent(dataset.id, &total), name)
    let block = max(Int(chunk), 1_048_576 / size / Int(chunk) * Int(chunk))
    for start in stride(from: 0, to: rows, by: block) {
      let range = start..<min(start + block, rows)
      let (file, memory) = try selection(dataset, start, range.count)
      let content = try bytes(range)
      precondition(content.count == range.count * size, "\(name): rows of another size")
      try check(call.pointee.Dwrite(dataset.id, type, memory.id, file.id, dmo_hdf5_default, content), name)
    }
  }

  /// A few whole numbers, in one piece.
  func write(_ name: String, in place: Object, integers: [Int], wide: Bool = false) throws {
    let type = wide ? call.pointee.int64 : call.pointee.int32
    var size = hsize_t(integers.count)
    let space = try object(call.pointee.Screate_simple(1, &size, nil), .space, name)
    let dataset = try plain(name, place, type, space)
    let bytes =
      wide ? integers.flatMap { littleEndian(Int64($0)) } : integers.flatMap { littleEndian(Int32($0)) }
    try check(
      call.pointee.Dwrite(dataset.id, type, dmo_hdf5_all, dmo_hdf5_all, dmo_hdf5_default, bytes), name)
  }

  /// A single text.
  func write(_ name: String, in place: Object, text content: String) throws {
    let type = try text()
    let space = try object(call.pointee.Screate(H5S_SCALAR), .space, name)
    let dataset = try plain(name, place, type.id, space)
    try content.withCString { pointer in
      var pointer: UnsafePointer<CChar>? = pointer
      try check(
        call.pointee.Dwrite(dataset.id, type.id, dmo_hdf5_all, dmo_hdf5_all, dmo_hdf5_default, &pointer), name
      )
    }
  }

  private func plain(_ name: String, _ place: Object, _ type: hid_t, _ space: Object) throws -> Object {
    let list = try object(call.pointee.Pcreate(call.pointee.dataset_create), .list, name)
    try check(call.pointee.Pset_obj_track_times(list.id, false), name)
    return try object(
      call.pointee.Dcreate2(place.id, name, type, space.id, dmo_hdf5_default, list.id, dmo_hdf5_default),
      .dataset, name)
  }
}

/// The bytes of a number, the lowest first.
func littleEndian<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
