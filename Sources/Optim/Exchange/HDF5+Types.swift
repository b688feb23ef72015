import CHDF5

// MARK: - Making types

extension HDF5 {
  /// Whole numbers with names, kept in two bytes.
  func enumeration(_ names: [String]) throws -> Object {
    let type = try object(call.pointee.Tenum_create(call.pointee.uint16), .type, "an enumeration")
    for (index, name) in names.enumerated() {
      var value = UInt16(index)
      try check(call.pointee.Tenum_insert(type.id, name, &value), name)
    }
    return type
  }

  /// Truth values as h5py keeps them: one byte, FALSE or TRUE.
  func truth() throws -> Object {
    let type = try object(call.pointee.Tenum_create(call.pointee.int8), .type, "a truth value")
    for (name, value) in [("FALSE", Int8(0)), ("TRUE", Int8(1))] {
      var value = value
      try check(call.pointee.Tenum_insert(type.id, name, &value), name)
    }
    return type
  }

  /// Bytes of a fixed number, filled up with zeros.
  func fixedText(_ size: Int) throws -> Object {
    let type = try object(call.pointee.Tcopy(call.pointee.c_string), .type, "a text")
    try check(call.pointee.Tset_size(type.id, size), "a text")
    try check(call.pointee.Tset_strpad(type.id, H5T_STR_NULLPAD), "a text")
    return type
  }

  /// UTF-8 of any length.
  func text() throws -> Object {
    let type = try object(call.pointee.Tcopy(call.pointee.c_string), .type, "a text")
    try check(call.pointee.Tset_size(type.id, dmo_hdf5_variable), "a text")
    try check(call.pointee.Tset_cset(type.id, H5T_CSET_UTF8), "a text")
    return type
  }

  func array(_ element: hid_t, _ count: Int) throws -> Object {
    var size = hsize_t(count)
    return try object(call.pointee.Tarray_create2(element, 1, &size), .type, "an array")
  }

  /// Members one behind the other, without gaps.
  func compound(_ members: [(name: String, type: hid_t)]) throws -> Object {
    let sizes = members.map { call.pointee.Tget_size($0.type) }
    let type = try object(call.pointee.Tcreate(H5T_COMPOUND, sizes.reduce(0, +)), .type, "a compound type")
    var offset = 0
    for (member, size) in zip(members, sizes) {
      try check(call.pointee.Tinsert(type.id, member.name, offset, member.type), member.name)
      offset += size
    }
    return type
  }

  func commit(_ type: Object, as name: String, in place: Object) throws {
    try check(
      call.pointee.Tcommit2(place.id, name, type.id, dmo_hdf5_default, dmo_hdf5_default, dmo_hdf5_default),
      name)
  }
}

// MARK: - Reading types

extension HDF5 {
  func committedType(_ name: String, in place: Object) throws -> Object {
    try object(call.pointee.Topen2(place.id, name, dmo_hdf5_default), .type, name)
  }

  /// A member of a compound type that holds numbers: one, or an array of them.
  struct Member {
    let name: String
    /// Lengths of an array's dimensions; empty for a single number.
    let shape: [Int]
    var count: Int { shape.reduce(1, *) }
    /// A name for each number: `rate`, or `rate[1]`, `rate[2]`, ... with the last dimension running fastest.
    var columns: [String] { shape.isEmpty ? [name] : (1...max(count, 1)).map { "\(name)[\($0)]" } }
  }

  func isCompound(_ type: Object) -> Bool { call.pointee.Tget_class(type.id) == H5T_COMPOUND }
  func isText(_ type: Object) -> Bool { call.pointee.Tget_class(type.id) == H5T_STRING }

  /// Whether the library can turn a value of this type into a number.
  func isNumber(_ type: hid_t) -> Bool {
    [H5T_INTEGER, H5T_FLOAT, H5T_ENUM].contains(call.pointee.Tget_class(type))
  }

  /// The members that hold numbers, and the names of the others.
  func members(of type: Object) throws -> (numeric: [Member], other: [String]) {
    var numeric: [Member] = []
    var other: [String] = []
    for index in 0..<UInt32(max(0, call.pointee.Tget_nmembers(type.id))) {
      let name = try memberName(type, index)
      let member = try object(call.pointee.Tget_member_type(type.id, index), .type, name)
      if isNumber(member.id) {
        numeric.append(Member(name: name, shape: []))
      } else if let shape = try numericArray(member) {
        numeric.append(Member(name: name, shape: shape))
      } else {
        other.append(name)
      }
    }
    return (numeric, other)
  }

  /// The names of an enumeration by their values; nil for a type of another kind.
  func enumeration(_ type: Object) throws -> [Int: String]? {
    guard call.pointee.Tget_class(type.id) == H5T_ENUM else { return nil }
    let size = call.pointee.Tget_size(type.id)
    let isBigEndian = call.pointee.Tget_order(type.id) == H5T_ORDER_BE
    var names: [Int: String] = [:]
    for index in 0..<UInt32(max(0, call.pointee.Tget_nmembers(type.id))) {
      var bytes = [UInt8](repeating: 0, count: size)
      try check(call.pointee.Tget_member_value(type.id, index, &bytes), "an enumeration")
      let value = (isBigEndian ? bytes : bytes.reversed()).reduce(0) { $0 << 8 | Int($1) }
      names[value] = try memberName(type, index)
    }
    return names
  }

  private func numericArray(_ type: Object) throws -> [Int]? {
    guard call.pointee.Tget_class(type.id) == H5T_ARRAY else { return nil }
    let element = try object(call.pointee.Tget_super(type.id), .type, "an array")
    guard isNumber(element.id) else { return nil }
    let rank = call.pointee.Tget_array_ndims(type.id)
    guard rank > 0 else { return nil }
    var sizes = [hsize_t](repeating: 0, count: Int(rank))
    guard call.pointee.Tget_array_dims2(type.id, &sizes) >= 0 else { return nil }
    return sizes.map(Int.init)
  }

  private func memberName(_ type: Object, _ index: UInt32) throws -> String {
    guard let name = call.pointee.Tget_member_name(type.id, index) else {
      throw Failure(what: "a member of a type", reason: Self.reason)
    }
    defer { _ = call.pointee.free_memory(name) }
    return String(cString: name)
  }
}
