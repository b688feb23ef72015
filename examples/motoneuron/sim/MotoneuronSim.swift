import Electrophysiology

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
      if options.help { return Streams.emit(Options.usage) }
      let responder = Responder(rates: RateTable(step: 1 / Double(options.stepsPerMs)))
      if options.persistent {
        while let line = readLine() { Streams.emit(responder.answerOrError(line)) }
      } else if let run = options.trace {
        Streams.emit(try responder.trace(Streams.input(), run: run))
      } else {
        Streams.emit(try responder.answer(Streams.input()))
      }
    } catch let error as IntegrationError {
      Streams.emit("motoneuron-sim: \(error)", to: STDERR_FILENO)
      exit(1)
    } catch {
      Streams.emit("motoneuron-sim: \(error)", to: STDERR_FILENO)
      exit(2)
    }
  }
}
