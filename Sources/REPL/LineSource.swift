/// What came of asking for a line.
enum Input: Equatable, Sendable {
  /// Without its line end; text that was pasted may hold several lines.
  case line(String)
  /// Ctrl-C: nothing typed counts.
  case interrupted
  /// Ctrl-D, or nothing more to read.
  case end
}

/// Where the prompt gets its lines from.
protocol LineSource: AnyObject {
  func readLine(prompt: String) -> Input
  /// Called with each whole statement, which may span lines, for the arrow keys of this session and the next.
  func remember(_ statement: String)
}

/// Lines that are known beforehand, and a record of what was asked: for tests.
final class ScriptedLines: LineSource {
  private var inputs: ArraySlice<Input>
  private(set) var prompts: [String] = []
  private(set) var remembered: [String] = []

  init(_ inputs: [Input]) { self.inputs = inputs[...] }

  func readLine(prompt: String) -> Input {
    prompts.append(prompt)
    return inputs.popFirst() ?? .end
  }

  func remember(_ statement: String) { remembered.append(statement) }
}

/// Lines of standard input where it is not a terminal; there is nobody to prompt.
final class PipedLines: LineSource {
  func readLine(prompt: String) -> Input { Swift.readLine().map(Input.line) ?? .end }
  func remember(_ statement: String) {}
}

/// Text copied from a session: where it begins with a prompt, only what follows prompts is input, and the
/// rest is what the session answered.
func withoutPastedPrompts(_ text: String) -> String {
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  guard let first = lines.first(where: { !$0.allSatisfy(\.isWhitespace) }), first.isPrompted else {
    return text
  }
  return lines.compactMap { $0.afterPrompt.map(String.init) }.joined(separator: "\n")
}

extension Substring {
  fileprivate var isPrompted: Bool { prefixMatch(of: /\s*dmo\[\d+\]>/) != nil }

  fileprivate var afterPrompt: Substring? {
    prefixMatch(of: /\s*(dmo\[\d+\]|\.\.\.)> ?/).map { self[$0.range.upperBound...] }
  }
}
