import CHDF5
import Foundation

/// HDF5's library, as far as files in dmosopt's layout need it: a thin layer that closes what it opens and throws what fails.
///
/// The library is not made for several threads at a time, so everything happens within `exclusively`.
struct HDF5 {
  let call: UnsafePointer<dmo_hdf5>

  private static let lock = NSRecursiveLock()

  /// Loads the library at the first call.
  ///
  /// - Throws: `ExchangeError.noLibrary`, or what `body` throws.
  static func exclusively<Result>(_ body: (HDF5) throws -> Result) throws -> Result {
    lock.lock()
    defer { lock.unlock() }
    var reason = [CChar](repeating: 0, count: 512)
    guard let library = dmo_hdf5_library(&reason, reason.count) else {
      throw ExchangeError.noLibrary(reason: Self.text(reason))
    }
    return try body(HDF5(call: library))
  }

  /// What the library says about its last failure.
  static var reason: String {
    var reason = [CChar](repeating: 0, count: 512)
    dmo_hdf5_reason(&reason, reason.count)
    let said = text(reason)
    return said.isEmpty ? "no reason" : said
  }

  private static func text(_ bytes: [CChar]) -> String {
    String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// A call of the library failed; what it was about, and the library's words.
  struct Failure: Error {
    let what: String
    let reason: String
  }

  func check(_ status: herr_t, _ what: @autoclosure () -> String) throws {
    if status < 0 { throw Failure(what: what(), reason: Self.reason) }
  }

  /// Takes an identifier over.
  func object(_ id: hid_t, _ kind: Object.Kind, _ what: @autoclosure () -> String) throws -> Object {
    if id < 0 { throw Failure(what: what(), reason: Self.reason) }
    return Object(call, id, kind)
  }

  /// Something open in the library, until the last reference to it is gone.
  final class Object {
    enum Kind { case file, group, dataset, type, space, list, any }
    let id: hid_t
    private let kind: Kind
    private let call: UnsafePointer<dmo_hdf5>

    init(_ call: UnsafePointer<dmo_hdf5>, _ id: hid_t, _ kind: Kind) {
      (self.call, self.id, self.kind) = (call, id, kind)
    }

    deinit {
      let functions = call.pointee
      switch kind {
      case .file: _ = functions.Fclose(id)
      case .group: _ = functions.Gclose(id)
      case .dataset: _ = functions.Dclose(id)
      case .type: _ = functions.Tclose(id)
      case .space: _ = functions.Sclose(id)
      case .list: _ = functions.Pclose(id)
      case .any: _ = functions.Oclose(id)
      }
    }
  }
}

// MARK: - Groups and files

extension HDF5 {
  /// Opens a file for reading.
  ///
  /// - Throws: `ExchangeError` that says what is in its place.
  func open(_ path: String) throws -> Object {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw ExchangeError.missingFile(path: path)
    }
    if isFolder.boolValue { throw ExchangeError.isFolder(path: path) }
    let id = call.pointee.Fopen(path, dmo_hdf5_read_only, dmo_hdf5_default)
    if id >= 0 { return Object(call, id, .file) }
    let reason = Self.reason
    if access(path, R_OK) != 0 {
      throw ExchangeError.damaged(path: path, reason: String(cString: strerror(errno)))
    }
    if call.pointee.Fis_hdf5(path) > 0 { throw ExchangeError.damaged(path: path, reason: reason) }
    throw ExchangeError.notHDF5(path: path, found: Self.content(path))
  }

  /// What a file that is not HDF5 seems to be.
  private static func content(_ path: String) -> String {
    guard let file = FileHandle(forReadingAtPath: path) else { return "it cannot be read" }
    defer { try? file.close() }
    let head = (try? file.read(upToCount: 256)) ?? Data()
    if head.isEmpty { return "it is empty" }
    guard !head.contains(0),
      let text = String(data: head, encoding: .utf8) ?? String(data: head.dropLast(3), encoding: .utf8)
    else { return "it is a binary file of another kind" }
    return
      "it begins with '\(text.split(whereSeparator: \.isNewline).first.map { String($0.prefix(40)) } ?? "")'"
  }

  func create(_ path: String) throws -> Object {
    try object(call.pointee.Fcreate(path, dmo_hdf5_truncate, dmo_hdf5_default, dmo_hdf5_default), .file, path)
  }

  func has(_ name: String, in place: Object) -> Bool {
    call.pointee.Lexists(place.id, name, dmo_hdf5_default) > 0
  }

  func group(_ name: String, in place: Object) throws -> Object {
    try object(call.pointee.Gopen2(place.id, name, dmo_hdf5_default), .group, name)
  }

  /// Without times, so that the same content is the same bytes.
  func createGroup(_ name: String, in place: Object) throws -> Object {
    let id = call.pointee.Gcreate2(place.id, name, dmo_hdf5_default, dmo_hdf5_default, dmo_hdf5_default)
    return try object(id, .group, name)
  }

  /// Names in a group, in alphabetical order.
  func names(in place: Object) throws -> [String] {
    var info = H5G_info_t()
    try check(call.pointee.Gget_info(place.id, &info), "a group")
    return try (0..<info.nlinks).map { index in
      let length = call.pointee.Lget_name_by_idx(
        place.id, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, dmo_hdf5_default)
      if length < 0 { throw Failure(what: "a name in a group", reason: Self.reason) }
      var name = [CChar](repeating: 0, count: Int(length) + 1)
      _ = call.pointee.Lget_name_by_idx(
        place.id, ".", H5_INDEX_NAME, H5_ITER_INC, index, &name, name.count, dmo_hdf5_default)
      return Self.text(name)
    }
  }

  func isGroup(_ name: String, in place: Object) throws -> Bool { try kind(name, in: place) == H5I_GROUP }
  func isDataset(_ name: String, in place: Object) throws -> Bool { try kind(name, in: place) == H5I_DATASET }

  private func kind(_ name: String, in place: Object) throws -> H5I_type_t {
    let found = try object(call.pointee.Oopen(place.id, name, dmo_hdf5_default), .any, name)
    return call.pointee.Iget_type(found.id)
  }
}
