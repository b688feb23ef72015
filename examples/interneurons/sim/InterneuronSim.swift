import Electrophysiology

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One request: the parameters by name, the currents of the steps (pA), and which of them shows voltage and spike shape.
struct Request: Equatable {
  let parameters: Parameters
  /// In nA.
  let hyperpolarising: Double
  let currents: [Double]
  /// Counted from 0.
  let shown: Int

  init(line: String) throws {
    let fields = try RequestFields(
      line: line, parameters: Parameters.names + ["hyperpolarising", "shown"], constants: ["currents"])
    parameters = Parameters(
      try Parameters.names.map {
        try fields.number(
          $0, positive: Parameters.positive.contains($0), negative: Parameters.negative.contains($0))
      })
    hyperpolarising = try fields.number("hyperpolarising", negative: true) / 1000
    guard hyperpolarising < 0 else {
      throw RequestError("'hyperpolarising' is not negative, expected a current in pA below 0")
    }
    guard let currents = try fields.currents("currents") else {
      throw RequestError("'currents' is missing, expected a list of currents in pA")
    }
    self.currents = currents
    let place = try fields.number("shown", positive: true)
    guard place == place.rounded(), place <= Double(currents.count) else {
      throw RequestError("'shown' is \(place), expected the place of a current, from 1 to \(currents.count)")
    }
    shown = Int(place) - 1
  }
}

/// An interneuron in current clamp as an external program: parameters in, features out.
@main
struct InterneuronSim {
  static let usage = """
    usage: interneuron-sim [--persistent] [--step MS]

    Reads the parameters of a two-compartment interneuron and the currents of its steps as one JSON object from standard
    input and writes what an electrophysiologist would measure as one line of JSON.

      --persistent  answer one line for each line read, until the end of the input; a request that fails is answered with
                    {"error": "reason"}
      --step MS     time step (default 0.02); one over an even number from 10 to 1000

    Parameters: \(Parameters.names.joined(separator: " "))
    Constants:  hyperpolarising, a current in pA below 0; currents, a list in pA; shown, which of them (counted from 1)
                the voltage and the shape of spikes are returned of
    """

  static func main() {
    do {
      var isPersistent = false
      var perMs = 50
      var rest = CommandLine.arguments.dropFirst()
      while let argument = rest.popFirst() {
        switch argument {
        case "--persistent": isPersistent = true
        case "--help", "-h": return Streams.emit(usage)
        case "--step":
          let text = rest.popFirst()
          guard let text, let step = Double(text), let count = stepsPerMs(step) else {
            throw RequestError("--step \(text ?? ""), expected 1/n ms with an even n from 10 to 1000")
          }
          perMs = count
        default: throw RequestError("unknown option '\(argument)'\n\n\(usage)")
        }
      }
      if isPersistent {
        while let line = readLine() { Streams.emit(answerOrError { try answer(line, perMs: perMs) }) }
      } else {
        Streams.emit(try answer(Streams.input(), perMs: perMs))
      }
    } catch {
      Streams.emit("interneuron-sim: \(error)", to: STDERR_FILENO)
      exit(error is IntegrationError ? 1 : 2)
    }
  }

  /// The features as one line of JSON.
  static func answer(_ line: String, perMs: Int) throws -> String {
    let request = try Request(line: line)
    let clamp = CurrentClamp(
      request.parameters, hyperpolarising: request.hyperpolarising, currents: request.currents, perMs: perMs)
    guard clamp.isFinite else { throw IntegrationError() }
    return try jsonLine(Features(clamp, hyperpolarising: request.hyperpolarising, shown: request.shown))
  }
}
