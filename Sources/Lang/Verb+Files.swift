import Foundation
import Optim

extension Verb {
  static let fileVerbs: [Verb] =
    [
      Verb(
        "export", "write points or a table to a file; its ending chooses the format, .h5 that of dmosopt",
        arguments: [.required("what", .anything(["all"]), "pareto, all, or what a verb has returned")],
        options: [
          Verb.Option(
            "group", .text, nil,
            "the name of the group in an HDF5 file, dmosopt's opt_id; without it that of the study, or dmo")
        ],
        destination: "the file, such as \"front.csv\"",
        example: "benchmark \"bnh\"\nsample sobol 8\nevaluate\nexport pareto to \"front.csv\"",
        keywords: ["save", "write", "csv", "json", "hdf5", "h5", "dmosopt", "output", "file"]
      ) { try $0.export($1) },
      Verb(
        "import",
        "bring evaluations in: from a table, an HDF5 file of dmosopt, or another study of the same simulator",
        arguments: [
          .required("file", .text, "a name that ends in .csv, .json, .jsonl, .h5, .hdf5 or .study")
        ],
        options: [
          Verb.Option(
            "group", .text, nil, "which run of an HDF5 file, where there are several: dmosopt's opt_id"),
          Verb.Option(
            "problem", .integer(0...1_000_000_000), nil,
            "which problem of an HDF5 file, where there are several"),
        ],
        needs: [.parameters],
        example: "param x in [0, 1]\nimport \"points.csv\"",
        keywords: ["read", "csv", "json", "hdf5", "h5", "dmosopt", "study", "merge"]
      ) { try $0.importFile($1) },
      Verb(
        "save", "write this session's statements to a script",
        arguments: [.required("file", .text, "\"session.dmo\"")],
        example: "param x in [0, 1]\nsave \"session.dmo\"",
        keywords: ["script", "write", "keep"]
      ) { try $0.save($1) },
    ] + scriptVerbs
}

extension Session {
  // MARK: Scripts

  func save(_ arguments: Arguments) throws -> Value {
    let path = arguments.text("file")!
    let text = record.joined(separator: "\n") + (record.isEmpty ? "" : "\n")
    try host.write(text, to: place(path))
    host.note("wrote \(record.count) statement\(record.count == 1 ? "" : "s") to \(path)")
    return .nothing
  }
}

extension Source {
  /// The text of a file, which must be UTF-8.
  ///
  /// - Throws: `Diagnostic` with the first byte that is not.
  public static func file(_ path: String, bytes: [UInt8]) throws -> Source {
    let directory = path.contains("/") ? String(path[..<path.lastIndex(of: "/")!]) : "."
    if let text = String(validating: bytes, as: UTF8.self) {
      return Source(name: path, text: text, directory: directory.isEmpty ? "/" : directory)
    }
    let good = validPrefix(bytes)
    let source = Source(
      name: path, text: String(decoding: bytes[..<good], as: UTF8.self), directory: directory)
    let byte = "0x" + String(bytes[good], radix: 16, uppercase: true).leftPadded(2)
    throw Diagnostic(.notText(byte: byte, offset: good + 1), at: Span(source, source.count..<source.count))
  }

  /// How many bytes from the start are UTF-8.
  private static func validPrefix(_ bytes: [UInt8]) -> Int {
    var low = 0
    var high = bytes.count
    // A prefix that is cut inside a character is invalid as well, so look for the last valid one near the boundary.
    while high - low > 8 {
      let middle = (low + high) / 2
      let isValid = (0..<4).contains {
        middle - $0 >= low && String(validating: bytes[..<(middle - $0)], as: UTF8.self) != nil
      }
      if isValid { low = middle - 3 > low ? middle - 3 : low + 1 } else { high = middle }
    }
    var best = 0
    for end in max(0, low - 8)...min(bytes.count, high + 8)
    where String(validating: bytes[..<end], as: UTF8.self) != nil { best = end }
    return best
  }
}
