/// What an editor asks about a text, also while it is half written.
extension Session {
  /// Takes up what the statements of a text declare, without running any; statements with errors are passed over.
  ///
  /// For sessions that only explain and complete: their declarations are known afterwards, but hold no data.
  public func learn(_ source: Source) {
    let interpreter = interpreter(isChecking: true)
    for statement in Parser.readable(source) {
      let before = interpreter.environment
      do {
        try interpreter.run([statement])
      } catch {
        interpreter.environment = before
      }
    }
    environment = interpreter.environment
  }

  /// Everything that is wrong with a text, in order; the first error of meaning only where all of it can be read.
  public func faults(in source: Source) -> [Diagnostic] {
    do {
      try check(try Parser.parseWhole(source))
      return []
    } catch let diagnostic as Diagnostic {
      return [diagnostic]
    } catch let many as Diagnostics {
      return many.all
    } catch {
      return [Diagnostic(.runtime("\(error)"), at: Span(source, 0..<0))]
    }
  }

  /// What `help` says about a word of the language or a name declared here; nil for any other.
  public func explanation(of word: String) -> String? {
    Help.topic(word) ?? environment[word].map(describe)
  }

  /// Where a name is declared; nil where it is not, and for words of the language.
  public func declaration(of name: String) -> Span? { environment[name]?.name.span }
}

extension Diagnostic {
  /// The message with its hint and advice, without place and source line.
  public var explained: String {
    ([message + (fault.hint.map { " (\($0))" } ?? "")] + help).joined(separator: "\n")
  }
}

extension Source {
  /// The name that an offset (in bytes) stands in or directly behind; nil where there is none.
  public func word(at offset: Int) -> Span? {
    let names = Lexer.tokenize(self).tokens.filter {
      if case .identifier = $0.kind { true } else { false }
    }
    return names.last { $0.range.lowerBound <= offset && offset <= $0.range.upperBound }.map {
      Span(self, $0.range)
    }
  }

  /// Line, counted from 0, and UTF-16 units from its start, as editors count.
  public func utf16Place(of offset: Int) -> (line: Int, column: Int) {
    let line = line(at: offset)
    return (line - 1, text(in: lineRange(line).lowerBound..<offset).utf16.count)
  }

  /// The offset in bytes of such a place; behind the end of a line its end is meant. nil behind the last line.
  public func offset(line: Int, utf16Column column: Int) -> Int? {
    guard line >= 0, column >= 0, line < lineCount else { return nil }
    let range = lineRange(line + 1)
    let text = text(in: range)
    var units = 0
    var bytes = 0
    for scalar in text.unicodeScalars {
      units += UTF16.width(scalar)
      // The middle of a pair is the start of its character.
      if units > column { break }
      bytes += UTF8.width(scalar)
    }
    return range.lowerBound + bytes
  }
}

extension Parser {
  /// The statements of a text that can be read, whatever is wrong with the others.
  static func readable(_ source: Source) -> [Statement] {
    var parser = Parser(source: source, tokens: Lexer.tokenize(source).tokens)
    return parser.parseStatements(until: nil)
  }
}
