import Foundation

/// A set of declared outputs that was asked of a simulator: which questions a stored row answers.
struct Request: Hashable {
  struct Output: Hashable, Decodable {
    let name: String
    let count: Int?
    /// With `reading = regex`, the pattern that finds it.
    let pattern: String?
  }
  let outputs: Set<Output>

  init(_ simulator: Simulator?) {
    var patterns: [String: String] = [:]
    if case .regex(let found)? = simulator?.reading { patterns = found }
    outputs = Set(
      (simulator?.outputs ?? []).map { Output(name: $0.name, count: $0.count, pattern: patterns[$0.name]) })
  }

  /// Reads the text kept in a file.
  init(text: String) {
    let found = (try? JSONDecoder().decode([Output].self, from: Data(text.utf8))) ?? []
    outputs = Set(found)
  }

  /// Whether the outputs of `other` were all asked.
  func covers(_ other: Request) -> Bool { other.outputs.isSubset(of: outputs) }

  /// The text kept in the file.
  var text: String {
    JSON.list(
      outputs.sorted { $0.name < $1.name }.map { output in
        var fields: [String: JSON] = ["name": .string(output.name)]
        fields["count"] = output.count.map { .number(Double($0)) }
        fields["pattern"] = output.pattern.map(JSON.string)
        return .object(fields)
      }
    ).canonical
  }
}
