#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A motoneuron in current clamp as an external program: parameters in, features out.
@main
struct MotoneuronSim {
  static func main() {
    do {
      let options = try Options(Array(CommandLine.arguments.dropFirst()))
      if options.help { return emit(Options.usage) }
      let responder = Responder(rates: RateTable(step: 1 / Double(options.stepsPerMs)))
      if options.persistent {
        while let line = readLine() { emit(responder.answerOrError(line)) }
      } else if let run = options.trace {
        emit(try responder.trace(input(), run: run))
      } else {
        emit(try responder.answer(input()))
      }
    } catch let error as IntegrationError {
      emit("motoneuron-sim: \(error)", to: STDERR_FILENO)
      exit(1)
    } catch {
      emit("motoneuron-sim: \(error)", to: STDERR_FILENO)
      exit(2)
    }
  }

  /// All of standard input.
  private static func input() -> String {
    var lines: [String] = []
    while let line = readLine() { lines.append(line) }
    return lines.joined(separator: "\n")
  }

  /// Writes a line at once, past the library's buffer, since a peer waits for it.
  private static func emit(_ text: String, to file: Int32 = STDOUT_FILENO) {
    var bytes = Array((text + "\n").utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      if written < 0 {
        if errno == EINTR { continue }
        exit(1)
      }
      bytes = bytes.dropFirst(written)
    }
  }
}
