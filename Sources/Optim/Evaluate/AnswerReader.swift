import Foundation

/// Turns what a finished program left behind into named values, as the simulator's `reading` says.
struct AnswerReader {
  let simulator: Simulator
  /// The largest answer file that is read.
  let limit: Int

  private var name: String { simulator.name }

  /// `folder` is where the program ran.
  func read(_ output: [UInt8], folder: String) throws(Complaint) -> [String: JSON] {
    switch simulator.reading {
    case .json: return try lastObject(output)
    case .jsonFile(let file):
      let bytes = try contents(file, folder)
      do throws(JSONReader.Problem) {
        guard case .object(let fields) = try JSONReader.read(bytes) else {
          throw .init(reason: "expected an object", position: 1)
        }
        return fields
      } catch {
        throw Complaint(
          .answer,
          "\(name) wrote a file '\(file)' that is not JSON: \(error.reason) at byte \(error.position)")
      }
    case .csvFile(let file): return try lastRow(text(try contents(file, folder)), file)
    case .regex(let patterns): return try search(text(output), patterns)
    }
  }

  private func contents(_ file: String, _ folder: String) throws(Complaint) -> Data {
    let path = "\(folder)/\(file)"
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let size = attributes?[.size] as? Int else {
      throw Complaint(.answer, "\(name) did not write its answer file '\(file)'")
    }
    guard size <= limit else {
      throw Complaint(
        .flood,
        "\(name) wrote \(ByteCount.text(size)) into '\(file)', which may hold \(ByteCount.text(limit))")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Complaint(.answer, "\(name) wrote an answer file '\(file)' that cannot be read")
    }
    return data
  }

  private func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  // MARK: JSON on standard output

  private func lastObject(_ output: [UInt8]) throws(Complaint) -> [String: JSON] {
    var problem: Complaint?
    var end = output.count
    while end > 0 {
      let start = (output[..<end].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
      if Self.opensObject(output[start..<end]) {
        do throws(Complaint) { return try object(output[start..<end]) } catch { problem = problem ?? error }
      }
      end = start - 1
    }
    // Printed over several lines, as json.dump(..., indent=2) does.
    if problem != nil, case .object(let fields)? = try? JSONReader.read(output) { return fields }
    if let problem { throw problem }
    throw Complaint(.answer, "\(name) printed no JSON object: \(Self.lastLine(output))")
  }

  /// Whether a line is meant as an answer: its first visible character opens an object.
  static func opensObject(_ line: ArraySlice<UInt8>) -> Bool {
    line.first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: "{")
  }

  /// One answer line.
  func object(_ line: ArraySlice<UInt8>) throws(Complaint) -> [String: JSON] {
    do throws(JSONReader.Problem) {
      guard case .object(let fields) = try JSONReader.read(line) else { return [:] }
      return fields
    } catch {
      throw Complaint(
        .answer,
        "\(name) printed a line that is not JSON: \(error.reason) at byte \(error.position) of "
          + Self.quote(line)
      )
    }
  }

  /// What a reason says about output without an answer.
  static func lastLine(_ output: [UInt8]) -> String {
    let line = output.split(separator: UInt8(ascii: "\n")).last { line in line.contains { $0 > 0x20 } }
    return line.map { "its last line was \(quote($0))" } ?? "its standard output was empty"
  }

  /// A line in quotes, cut to what a message can bear, without control characters.
  static func quote(_ line: ArraySlice<UInt8>) -> String {
    let shown = String(decoding: line.prefix(80), as: UTF8.self).unicodeScalars.map {
      $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0)
    }
    let text = String(shown).trimmingCharacters(in: .whitespaces)
    return line.count > 80 ? "'\(text)...'" : "'\(text)'"
  }

  // MARK: CSV

  private func lastRow(_ text: String, _ file: String) throws(Complaint) -> [String: JSON] {
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    guard lines.count > 1 else {
      throw Complaint(
        .answer,
        "\(name) wrote \(lines.isEmpty ? "an empty file" : "only a header") '\(file)'; "
          + "expected a header and a line of values"
      )
    }
    let separator = [",", ";", "\t"].first { lines[0].contains($0) } ?? ","
    let header = cells(lines[0], separator)
    let row = cells(lines.last!, separator)
    guard header.count == row.count else {
      throw Complaint(
        .answer, "\(name) wrote \(header.count) names but \(row.count) values in the last line of '\(file)'")
    }
    let table = Dictionary(zip(header, row).map { ($0, [$1]) }, uniquingKeysWith: +)
    return collect(table)
  }

  private func cells(_ line: Substring, _ separator: String) -> [String] {
    line.components(separatedBy: separator).map {
      $0.trimmingCharacters(in: .whitespaces).trimmingCharacters(in: CharacterSet(charactersIn: "\""))
    }
  }

  /// Lists stand in columns `rate[1]`, `rate[2]`, or `rate_1`, `rate_2`, or in several columns with the one
  /// name.
  private func collect(_ table: [String: [String]]) -> [String: JSON] {
    var values: [String: JSON] = [:]
    for output in simulator.outputs {
      guard output.count != nil else {
        values[output.name] = table[output.name].flatMap(\.first).map { value($0, output) }
        continue
      }
      var found = table[output.name] ?? []
      while found.count < table.count,
        let next = table["\(output.name)[\(found.count + 1)]"] ?? table["\(output.name)_\(found.count + 1)"]
      {
        found += next
      }
      if !found.isEmpty { values[output.name] = .list(found.map { value($0, output) }) }
    }
    return values
  }

  // MARK: Patterns

  private func search(_ text: String, _ patterns: [String: String]) throws(Complaint) -> [String: JSON] {
    var values: [String: JSON] = [:]
    for output in simulator.outputs {
      guard let pattern = patterns[output.name] else { continue }
      guard let expression = try? NSRegularExpression(pattern: pattern, options: .anchorsMatchLines) else {
        throw Complaint(
          .answer, "the pattern \"\(pattern)\" for '\(output.name)' is not a regular expression")
      }
      let matches = expression.matches(in: text, range: NSRange(text.startIndex..., in: text)).compactMap {
        Range($0.range(at: min(1, expression.numberOfCaptureGroups)), in: text).map { String(text[$0]) }
      }
      guard let last = matches.last else { continue }
      if output.count == nil {
        values[output.name] = value(last, output)
      } else {
        // One match may hold the whole list: "rates: 3.1 8.2 11.9".
        let parts = matches.count > 1 ? matches : last.split { " ,;\t".contains($0) }.map(String.init)
        values[output.name] = .list(parts.map { value($0, output) })
      }
    }
    return values
  }

  /// What a piece of text means for an output; stays text where it means nothing, and is refused as such
  /// later.
  private func value(_ text: String, _ output: Simulator.Output) -> JSON {
    let word = text.trimmingCharacters(in: .whitespaces)
    if output.kind == .boolean,
      let truth = ["true": true, "yes": true, "false": false, "no": false][word.lowercased()]
    {
      return .bool(truth)
    }
    // Fortran writes 1.0D+03.
    let number =
      Double(word) ?? Double(word.replacingOccurrences(of: "d", with: "e", options: .caseInsensitive))
    return number.map(JSON.number) ?? .string(word)
  }
}
