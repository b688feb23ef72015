import Foundation

/// Bytes of a message being written. All numbers are little-endian.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  init(reserving count: Int = 64) { bytes.reserveCapacity(count) }

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func number<Number: FixedWidthInteger>(_ value: Number) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func real(_ value: Double) { number(value.bitPattern) }

  mutating func text(_ value: String) {
    var value = value
    value.withUTF8 { utf8 in
      number(UInt32(utf8.count))
      bytes.append(contentsOf: utf8)
    }
  }

  mutating func block(_ value: some Collection<UInt8>) {
    number(UInt32(value.count))
    bytes.append(contentsOf: value)
  }

  mutating func reals(_ values: [Double]) {
    number(UInt32(values.count))
    // Every machine that Swift runs on is little-endian.
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  mutating func json(_ value: JSON) {
    switch value {
    case .null: byte(0)
    case .bool(let value): byte(value ? 2 : 1)
    case .number(let value):
      byte(3)
      real(value)
    case .string(let value):
      byte(4)
      text(value)
    case .list(let values):
      byte(5)
      number(UInt32(values.count))
      for value in values { json(value) }
    case .object(let fields):
      byte(6)
      self.fields(fields)
    }
  }

  mutating func fields(_ values: [String: JSON]) {
    number(UInt32(values.count))
    for (name, value) in values {
      text(name)
      json(value)
    }
  }
}

/// A message that ends too early or holds what no message holds.
struct MalformedMessage: Error, CustomStringConvertible {
  let description: String
}

/// Bytes of a message being read.
struct ByteReader {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { place == bytes.count }

  mutating func byte() throws(MalformedMessage) -> UInt8 {
    guard place < bytes.count else { throw Self.short }
    defer { place += 1 }
    return bytes[place]
  }

  mutating func number<Number: FixedWidthInteger>() throws(MalformedMessage) -> Number {
    let size = MemoryLayout<Number>.size
    guard place + size <= bytes.count else { throw Self.short }
    defer { place += size }
    return bytes.withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: Number.self))
    }
  }

  mutating func real() throws(MalformedMessage) -> Double { Double(bitPattern: try number()) }

  mutating func text() throws(MalformedMessage) -> String {
    String(decoding: try slice(try count(of: 1)), as: UTF8.self)
  }

  mutating func block() throws(MalformedMessage) -> [UInt8] { Array(try slice(try count(of: 1))) }

  mutating func reals() throws(MalformedMessage) -> [Double] {
    let count = try count(of: 8)
    let part = try slice(8 * count)
    return [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      part.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
      initialized = count
    }
  }

  mutating func json() throws(MalformedMessage) -> JSON {
    switch try byte() {
    case 0: return .null
    case 1: return .bool(false)
    case 2: return .bool(true)
    case 3: return .number(try real())
    case 4: return .string(try text())
    case 5:
      var values: [JSON] = []
      for _ in 0..<(try count(of: 1)) { values.append(try json()) }
      return .list(values)
    case 6: return .object(try fields())
    case let other:
      throw MalformedMessage(description: "a message holds a value of the unknown kind \(other)")
    }
  }

  mutating func fields() throws(MalformedMessage) -> [String: JSON] {
    let count = try count(of: 5)
    var values = [String: JSON](minimumCapacity: count)
    for _ in 0..<count {
      let name = try text()
      values[name] = try json()
    }
    return values
  }

  /// A count of items of at least `size` bytes each: not more than can follow.
  private mutating func count(of size: Int) throws(MalformedMessage) -> Int {
    let count = Int(try number() as UInt32)
    guard count * size <= bytes.count - place else { throw Self.short }
    return count
  }

  private mutating func slice(_ count: Int) throws(MalformedMessage) -> ArraySlice<UInt8> {
    guard place + count <= bytes.count else { throw Self.short }
    defer { place += count }
    return bytes[place..<place + count]
  }

  private static let short = MalformedMessage(description: "a message ends before it is complete")
}
