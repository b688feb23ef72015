import Optim

/// Texts of `help` and `apropos`, all from the tables of words, verbs, functions and settings.
public enum Help {
  public static let topics =
    Words.declarations.map(\.word) + Verb.all.map(\.name) + Function.all.map(\.name)

  public static var overview: String {
    var lines = ["declarations"]
    lines += Words.declarations.map { line($0.word, $0.summary) }
    lines += ["", "verbs"]
    lines += Verb.all.map { line($0.name, $0.summary) }
    lines += ["", "functions", "  " + wrapped(Function.all.map(\.name).joined(separator: " "), 76, "  ")]
    lines += ["", "'help word' explains one of them, 'apropos word' searches, Tab completes."]
    return lines.joined(separator: "\n")
  }

  /// The help on a word of the language; nil if it is none.
  public static func topic(_ word: String) -> String? {
    if let declaration = (Words.declarations + Words.controlHelp).first(where: { $0.word == word }) {
      return text(declaration)
    }
    if let verb = Verb.named(word) { return text(verb) }
    if let function = Function.named(word) { return text(function) }
    return nil
  }

  /// Everything whose name, summary or key words contain a text.
  public static func search(_ text: String) -> [(name: String, summary: String)] {
    let wanted = text.lowercased()
    var found: [(String, String)] = []
    for declaration in Words.declarations
    where (declaration.word + declaration.summary).lowercased().contains(wanted) {
      found.append((declaration.word, declaration.summary))
    }
    for verb in Verb.all
    where ([verb.name, verb.summary] + verb.keywords + verb.options.map(\.summary)).contains(where: {
      $0.lowercased().contains(wanted)
    }) {
      found.append((verb.name, verb.summary))
    }
    for function in Function.all where (function.name + " " + function.summary).lowercased().contains(wanted)
    {
      found.append((function.usage, function.summary))
    }
    for setting in SimulatorSetting.all
    where (setting.name + " " + setting.summary).lowercased().contains(wanted) {
      found.append(("\(setting.name) (of a simulator)", setting.summary))
    }
    return found
  }

  // MARK: Texts

  /// A name and its explanation, which starts in the same column for all.
  private static func line(_ name: String, _ summary: String, _ width: Int = 13) -> String {
    "  " + name.padded(to: width) + wrapped(summary, 76 - width, indent(width))
  }

  private static func indent(_ width: Int) -> String { String(repeating: " ", count: width + 2) }

  /// Breaks a text at spaces; every further line starts with `indent`.
  static func wrapped(_ text: String, _ width: Int, _ indent: String) -> String {
    var lines: [String] = [""]
    for word in text.split(separator: " ") {
      if lines[lines.count - 1].isEmpty {
        lines[lines.count - 1] = String(word)
      } else if lines[lines.count - 1].count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n" + indent)
  }

  private static func text(_ declaration: Words.Declaration) -> String {
    var lines = [declaration.usage, "  " + wrapped(declaration.summary, 76, "  ")]
    if declaration.word == "simulator" {
      lines += ["", "settings"]
      lines += SimulatorSetting.all.map { setting in
        line(setting.name, "\(setting.summary): \(setting.values) (\(setting.standard))")
      }
    }
    return (lines + example(declaration.example)).joined(separator: "\n")
  }

  private static func text(_ verb: Verb) -> String {
    var entries: [(name: String, text: String)] = []
    for argument in verb.arguments {
      entries.append((argument.name, argument.summary + choices(argument.kind)))
    }
    for option in verb.options {
      let standard = option.standard.map { " (\($0))" } ?? ""
      entries.append((option.name + "=", option.summary + choices(option.kind) + standard))
    }
    if let condition = verb.condition { entries.append(("where", condition)) }
    if let destination = verb.destination { entries.append(("to", destination)) }
    let width = max(12, entries.map(\.name.count).max() ?? 0) + 1
    var lines = [wrapped(verb.usage, 76, "    "), "  " + wrapped(verb.summary, 76, "  ")]
    for entry in entries {
      lines.append(line(entry.name, entry.text, width))
      if verb.name == "sample", entry.name == "method" {
        lines += Samplers.all.map {
          "    " + $0.name.padded(to: width - 2) + wrapped($0.documentation, 60, indent(width))
        }
      }
      if let option = verb.options.first(where: { $0.name + "=" == entry.name }),
        case .stopping(let use) = option.kind
      {
        let width = max(width, 24)
        lines += StoppingWord.of(use).map {
          "    " + $0.usage.padded(to: width - 2) + wrapped($0.summary, 76 - width, indent(width))
        }
      }
      if verb.name == "train", entry.name == "surrogate" {
        lines += Surrogates.all.map {
          "    " + $0.name.padded(to: width - 2) + wrapped($0.documentation, 60, indent(width))
        }
      }
    }
    return (lines + example(verb.example)).joined(separator: "\n")
  }

  private static func choices(_ kind: Verb.Kind) -> String {
    if case .choice(let words) = kind, words.count > 1 { return ": " + words.joined(separator: ", ") }
    return ""
  }

  private static func text(_ function: Function) -> String {
    "\(function.usage)\n  \(function.summary)\n  \(function.example.text) is \(function.example.value)"
  }

  private static func example(_ text: String) -> [String] {
    ["", "example"] + text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
  }
}

extension String {
  func padded(to width: Int) -> String {
    count < width ? self + String(repeating: " ", count: width - count) : self + " "
  }
}
