import Foundation

/// Scripts with simulators whose pace the tests decide.
enum Scripts {
  /// A simulator that notes its start in `started` and waits until a file `go` appears beside the script.
  static let waiting = """
    read line
    echo "$DMO_EVALUATION" >> "$DMO_DIRECTORY/started"
    while [ ! -e "$DMO_DIRECTORY/go" ]; do sleep 0.02; done
    echo '{"y": 1.5}'
    """

  /// Declarations for a `sim.sh` beside the script.
  static let declarations = """
    param x in [0, 1]
    simulator cell {
      run = "sh sim.sh"
      output y
    }
    minimize f = cell.y + x
    """

  static func study(_ name: String, points: Int) -> String {
    "study \"\(name)\"\n\(declarations)\nsample sobol \(points)\nevaluate\ntable\n"
  }
}

extension Workplace {
  /// Simulations that have begun so far, by what they noted.
  var started: Int { text("started").split(separator: "\n").count }
}
