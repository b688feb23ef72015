import Foundation

extension Campaign {
  /// SHA-256 over all that the results of a session rest on: the definitions of its simulators (or of the space alone, where formulas
  /// are all there is), and the evaluations of the archive in their order, bit by bit. Formulas are not part of it. Two sessions with
  /// the same digest have scored the same simulations.
  ///
  /// - Returns: 64 hexadecimal digits.
  /// - Throws: `StudyError` where a template file of a simulator cannot be read.
  public func digest() throws -> String {
    let simulators: [Simulator?] = problem.simulators.isEmpty ? [nil] : problem.simulators
    var bytes: [UInt8] = []
    func add(_ text: String) { bytes += Array(text.utf8) + [0] }
    for simulator in simulators { add(try Fingerprint.definition(simulator, problem.space)) }
    (archive.parameterNames + archive.outputNames).forEach(add)
    bytes += archive.states.map(\.rawValue)
    for value in (archive.parameters + archive.outputs).joined() {
      withUnsafeBytes(of: Fingerprint.word(value).littleEndian) { bytes += $0 }
    }
    return SHA256.hex(bytes)
  }
}

/// SHA-256 of a text, as 64 hexadecimal digits.
public func digest(of text: String) -> String { SHA256.hex(Array(text.utf8)) }
