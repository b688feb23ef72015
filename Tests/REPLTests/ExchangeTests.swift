import Foundation
import Testing

/// Evaluations that leave dmo in files and come back, through the whole program.
@Suite struct ExchangeTests {
  let place: Workplace

  /// A simulator that succeeds, stops early, answers nothing and fails, each with a reason of its own.
  static let declarations = """
    param x in [0, 1]
    param n in 0..5
    param kind in {"slow", "very, \\"fast\\""}
    param y in [-1, 1] when x < 0.5
    simulator cell {
      run = "sh sim.sh"
      input = args
      output rest "mV"
      output rate[2] int
      output ok bool
    }
    minimize f = cell.rest
    maximize seconds = cell.rate[1]
    constraint small: cell.rest <= 0.6
    constraint fires: cell.ok
    """

  init() throws {
    place = try Workplace()
    try place.write(
      "sim.sh",
      """
      while [ "$1" != "--x" ]; do shift; done
      case "$2" in
      *1) echo 'no convergence, "really"' >&2; exit 3 ;;
      *2) echo '{"rest": 0.5, "stopped": "hopeless"}' ;;
      *3) echo '{"error": "too hot"}' ;;
      *) echo "{\\"rest\\": $2, \\"rate\\": [3, 7], \\"ok\\": true}" ;;
      esac
      """)
  }

  /// Values of x end in digits that decide what the simulator does.
  private static let table = #"""
    x,n,kind,y,cell.rest,cell.rate[1],cell.rate[2],cell.ok,status
    0.101,1,slow,0.25,,,,,pending
    0.202,2,slow,-0.125,,,,,pending
    0.303,3,"very, ""fast""",0.5,,,,,pending
    0.404,4,slow,0.0625,,,,,pending
    0.75,5,slow,,,,,,pending
    0.875,0,slow,,,,,,pending
    """#

  private func original() throws {
    try place.write("points.csv", Self.table)
    let result = try place.dmo(
      "-e",
      """
      study "one"
      \(Self.declarations)
      import "points.csv"
      evaluate
      export all to "all.csv"
      export all to "all.json"
      export all to "all.jsonl"
      export all to "all.h5"
      """)
    #expect(result.status == 0, "\(result.all)")
    #expect(result.errors.contains("0 evaluations from points.csv; 6 not evaluated yet"), "\(result.all)")
    #expect(
      result.errors.contains(
        "wrote 3 evaluations to all.h5, group 'one'; 3 without all objectives are left out: dmosopt's layout has no place for them; "
          + "seconds with the other sign, because dmosopt minimises"), "\(result.all)")
  }

  @Test(arguments: ["csv", "json", "jsonl"]) func everyEvaluationComesBack(ending: String) throws {
    try original()
    let result = try place.dmo(
      "-e",
      """
      study "two"
      \(Self.declarations)
      import "all.\(ending)"
      import "all.\(ending)"
      export all to "again.json"
      evaluate
      """)
    #expect(result.status == 0, "\(result.all)")
    #expect(result.errors.contains("6 evaluations from all.\(ending)\n"), "\(result.all)")
    #expect(result.errors.contains("6 evaluations from all.\(ending); 6 known before"), "\(result.all)")
    #expect(!result.errors.contains("simulated"), "nothing is to be run: \(result.all)")
    #expect(place.text("again.json") == place.text("all.json"))
    let third = try place.dmo("-e", "study \"two\"\n\(Self.declarations)\nload\nexport all to \"third.json\"")
    #expect(third.status == 0 && place.text("third.json") == place.text("all.json"), "\(third.all)")
    let all = place.text("all.json")
    for part in [
      "\"no convergence, \\\"really\\\"", "\"hopeless\"", "cell reports: too hot", "\"exit\"",
      "\"very, \\\"fast\\\"\"",
    ] {
      #expect(all.contains(part), "\(all)")
    }
  }

  @Test func dmosoptsLayoutComesBack() throws {
    try original()
    let result = try place.dmo(
      "-e",
      """
      study "two"
      \(Self.declarations)
      import "all.h5"
      import "all.h5"
      evaluate
      table x n kind y f seconds small fires by=x
      """)
    #expect(result.status == 0, "\(result.all)")
    #expect(
      result.errors.contains(
        "3 evaluations from all.h5, group 'one'\n3 evaluations from all.h5, group 'one'; 3 known before\n"),
      "\(result.all)")
    #expect(!result.errors.contains("simulated"), "nothing is to be run: \(result.all)")
    #expect(result.output.contains("0.75") && result.output.contains("0.875"), "\(result.all)")
    let same = try place.dmo("-e", "study \"one\"\n\(Self.declarations)\nload\nimport \"all.h5\"")
    #expect(same.errors.contains("3 evaluations from all.h5, group 'one'; 3 known before"), "\(same.all)")
  }

  @Test func aFileOfDmosopt() throws {
    let fixture = Workplace.package + "/Tests/OptimTests/Fixtures/dmosopt.h5"
    let script = """
      param a in [-2, 2]
      param b in [-2, 2]
      param n in 0..5
      simulator model {
        run = "false"
        output y1
        output y2
        output c1
        output c2
      }
      minimize y1 = model.y1
      minimize y2 = model.y2
      constraint c1: model.c1 > 0
      constraint c2: model.c2 > 0
      """
    let result = try place.dmo(
      "-e", "study \"toy\"\n\(script)\nimport \"\(fixture)\"\nexport all to \"back.h5\" group=\"toy\"\npareto"
    )
    #expect(result.status == 0, "\(result.all)")
    #expect(
      result.errors.contains("22 evaluations from \(fixture), group 'toy', epochs 0 to 2\n"), "\(result.all)")
    #expect(result.errors.contains("wrote 22 evaluations to back.h5, group 'toy'"), "\(result.all)")
    #expect(
      result.output.contains("feasible front") && result.output.contains("of 22 points"), "\(result.all)")
    let other = try place.dmo("-e", "\(script.replacing("param n", with: "param m"))\nimport \"\(fixture)\"")
    #expect(
      other.status == 1 && other.errors.contains("are a, b, n, those of the script a, b, m;"), "\(other.all)")
    #expect(other.errors.contains("    param n in 0..5"), "\(other.all)")
  }

  @Test(arguments: [
    (
      "import \"a.csv\" group=\"g\"",
      "'group=' chooses within HDF5 files: expected a name that ends in .h5 or .hdf5, found \"a.csv\""
    ),
    ("import \"a.json\" problem=1", "'problem=' chooses within HDF5 files"),
    ("export all to \"a.csv\" group=\"g\"", "'group=' chooses within HDF5 files"),
    ("import \"a.xls\"", "expected a name that ends in .csv, .json, .jsonl, .h5, .hdf5 or .study"),
    (
      "export all to \"a.xls\"",
      "expected a name that ends in .csv, .tsv, .json, .jsonl, .md, .tex, .txt, .h5, .hdf5"
    ),
    ("let t = constraints\nexport t to \"a.h5\"", "expected pareto, all or points for an HDF5 file"),
    ("export all to \"no/a.h5\"", "cannot write \"no/a.h5\": there is no folder 'no'"),
    ("import \"a.h5\"", "cannot read \"a.h5\": there is no such file"),
    ("import \"a.json\"", "cannot read \"a.json\": there is no such file"),
  ]) func wrongUses(statement: String, message: String) throws {
    let result = try place.dmo(
      "-e", "param x in [0, 1]\nminimize f = x\nconstraint c: x < 1\nsample grid 3\nevaluate\n\(statement)")
    #expect(result.status != 0 && result.errors.contains(message), "\(result.all)")
  }
}
