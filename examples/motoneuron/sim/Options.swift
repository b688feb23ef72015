import Electrophysiology

/// The command line.
struct Options: Equatable {
  var persistent = false
  var help = false
  /// Run whose voltage is wanted instead of the features.
  var trace: Int?
  /// Time steps a millisecond.
  var stepsPerMs = 50

  static let usage = """
    usage: motoneuron-sim [--persistent | --trace RUN] [--step MS]

    Reads the parameters of a two-compartment motoneuron as one JSON object from standard input,
    simulates its current-clamp protocol and writes its features as one line of JSON.

      --persistent  answer one line for each line read, until the end of the input; a request that
                    fails is answered with {"error": "reason"}
      --trace RUN   write the somatic voltage every 0.5 ms as CSV instead: run 0 is the
                    hyperpolarising step, runs 1 to 7 the depolarising ones
      --step MS     time step (default 0.02); one over an even number from 10 to 1000
      --help        show this text

    Parameters: \(Parameters.names.joined(separator: " "))
    Optional:   currents, a list of depolarising steps in pA instead of 20 to 80
    """

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--persistent": persistent = true
      case "--help", "-h": help = true
      case "--trace":
        let text = rest.popFirst()
        guard let text, let run = Int(text), run >= 0 else {
          throw RequestError("--trace \(text ?? ""), expected the number of a run")
        }
        trace = run
      case "--step":
        let text = rest.popFirst()
        guard let text, let step = Double(text), let perMs = Electrophysiology.stepsPerMs(step) else {
          throw RequestError("--step \(text ?? ""), expected 1/n ms with an even n from 10 to 1000")
        }
        stepsPerMs = perMs
      default: throw RequestError("unknown option '\(argument)'\n\n\(Self.usage)")
      }
    }
    if persistent, trace != nil { throw RequestError("--persistent and --trace exclude each other") }
  }
}
