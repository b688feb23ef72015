import Foundation
import Testing

@testable import Optim

@Suite("Files in dmosopt's layout: reading")
struct DmosoptImportTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test("Every evaluation of a file that h5py wrote comes in, number by number")
  func whole() throws {
    let file = try DmosoptImport(path: Toy.fixture("dmosopt"), for: Toy.problem())
    let table = try Toy.table()
    #expect(file.run.group == "toy" && file.problem == 0 && file.epochs == 0...2 && file.incomplete == 0)
    #expect(file.evaluations.count == 22 && file.evaluations.states.allSatisfy { $0 == .done })
    #expect(
      file.evaluations.parameters.flatMap { $0 } == table[0..<3].flatMap { $0.map { Double(Float($0)) } })
    let outputs = file.evaluations.outputs
    #expect(outputs[0..<4].flatMap { $0 } == table[3..<7].flatMap { $0.map { Double(Float($0)) } })
    for row in 0..<22 {
      let (a, b, n) = (table[0][row], table[1][row], table[2][row])
      #expect(
        abs(outputs[4][row] - a * b) < 1e-6 && outputs[5][row] == (n > 2 ? 1 : 0), "features, row \(row)")
    }
    #expect(
      file.run.parameters.map(\.isInteger) == [false, false, true] && file.run.parameters[0].upper == 2)
    #expect(file.run.constants == [.init(name: "k", value: 1)] && file.run.metadata == "a fixture")
  }

  @Test("Feasible is what dmosopt calls feasible: constraints above 0")
  func feasibility() throws {
    let problem = Toy.problem()
    let file = try DmosoptImport(path: Toy.fixture("dmosopt"), for: problem)
    let scores = try Scores(problem: problem, evaluations: file.evaluations)
    let table = try Toy.table()
    #expect(
      scores.status.indices.allSatisfy {
        (scores.status[$0] == .feasible) == (table[5][$0] > 0 && table[6][$0] > 0)
      })
    #expect(scores.rows(.feasible).count > 3 && scores.rows(.infeasible).count > 3)
  }

  @Test("A constraint as a yes/no output")
  func constraintAsTruth() throws {
    let outputs: [Simulator.Output] = [
      .init(name: "y1"), .init(name: "y2"), .init(name: "c1", kind: .boolean),
    ]
    let file = try DmosoptImport(path: Toy.fixture("dmosopt"), for: Toy.problem(outputs: outputs))
    #expect(file.evaluations.outputs[2] == (try Toy.table()[5].map { $0 > 0 ? 1 : 0 }))
  }

  @Test("Several runs and several problems are chosen by name and number")
  func several() throws {
    let path = try Toy.fixture("dmosopt-several")
    let count = { (group: String?, number: Int?) in
      try DmosoptImport(path: path, group: group, problem: number, for: Toy.problem()).evaluations.count
    }
    #expect(try count("first", nil) == 4 && count("first", 0) == 4)
    #expect(try count("family", 0) == 3 && count("family", 7) == 5)
    #expect(
      message { _ = try count(nil, nil) }.hasSuffix(
        "holds several runs: choose one with group=, of 'family', 'first'"))
    #expect(
      message { _ = try count("family", nil) }.hasSuffix(
        "holds several problems: choose one with problem=, of 0, 7"))
    #expect(message { _ = try count("family", 3) }.hasSuffix("has no problem 3: expected one of 0, 7"))
    #expect(
      message { _ = try count("second", nil) }.hasSuffix(
        "has no group 'second' with a run of dmosopt: expected one of family, first"))
  }

  @Test("Names that do not match are listed on both sides, with the declarations that would")
  func otherNames() throws {
    let path = try Toy.fixture("dmosopt")
    var problem = Toy.problem()
    problem.space = Space(
      problem.space.parameters.dropLast() + [
        Parameter(name: "m", domain: .stepped(lower: 0, upper: 5, step: 1))
      ])
    #expect(
      message { _ = try DmosoptImport(path: path, for: problem) } == """
        the parameters of "\(path)" are a, b, n, those of the script a, b, m; the file's would be declared as
            param a in [-2, 2]
            param b in [-2, 2]
            param n in 0..5
        """)
    let outputs = Toy.outputs + [.init(name: "rest"), .init(name: "rate", count: 2)]
    #expect(
      message { _ = try DmosoptImport(path: path, for: Toy.problem(outputs: outputs)) } == """
        "\(path)" has nothing for 'model.rest', 'model.rate[1]', 'model.rate[2]': its objectives are y1, y2, \
        its constraints c1, c2, its features f1, f2
        """)
  }

  @Test("A constant is a parameter's value, and must be what the simulator is sent")
  func constants() throws {
    let path = try Toy.fixture("dmosopt")
    var problem = Toy.problem()
    problem.space = Space(
      problem.space.parameters + [Parameter(name: "k", domain: .real(lower: 0, upper: 3, scale: .linear))])
    let file = try DmosoptImport(path: path, for: problem)
    #expect(file.evaluations.column("k") == Array(repeating: 1, count: 22))
    #expect(try DmosoptImport(path: path, for: Toy.problem(send: ["k": .number(1)])).evaluations.count == 22)
    #expect(
      message { _ = try DmosoptImport(path: path, for: Toy.problem(send: ["k": .number(2)])) }
        .hasSuffix("was made with k = 1.0, but 'model' sends k = 2: these are not the same evaluations"))
  }

  @Test("Files that are something else, cut off or not there")
  func wrongFiles() throws {
    let read = { (path: String) in message { _ = try DmosoptImport(path: path, for: Toy.problem()) } }
    #expect(read(folder.file("nothing.h5")).hasSuffix("nothing.h5\": there is no such file"))
    #expect(read(folder.path).hasSuffix("it is a folder"))
    try Data("a,b\n1,2\n".utf8).write(to: URL(fileURLWithPath: folder.file("text.h5")))
    #expect(read(folder.file("text.h5")).hasSuffix("is not an HDF5 file: it begins with 'a,b'"))
    try Data().write(to: URL(fileURLWithPath: folder.file("empty.h5")))
    #expect(read(folder.file("empty.h5")).hasSuffix("is not an HDF5 file: it is empty"))
    let whole = try Data(contentsOf: URL(fileURLWithPath: Toy.fixture("dmosopt")))
    for share in [0.2, 0.5, 0.99] {
      try whole.prefix(Int(Double(whole.count) * share)).write(
        to: URL(fileURLWithPath: folder.file("cut.h5")))
      let text = read(folder.file("cut.h5"))
      #expect(
        text.contains("it is truncated, damaged or being written (HDF5 says: truncated file"), "\(text)")
    }
  }

  @Test("What a group lacks is named, with what it has")
  func missingParts() throws {
    let path = folder.file("part.h5")
    try HDF5.exclusively { hdf5 in
      let file = try hdf5.create(path)
      let group = try hdf5.createGroup("run", in: file)
      try hdf5.commit(try hdf5.enumeration(["y"]), as: "objective_enum", in: group)
      _ = try hdf5.createGroup("other", in: file)
    }
    let text = message { _ = try DmosoptImport(path: path, for: Toy.problem()) }
    #expect(text.hasSuffix("is incomplete: 'run' has no 'objective_spec'; it has objective_enum"), "\(text)")
    try HDF5.exclusively { hdf5 in
      let file = try hdf5.create(path)
      _ = try hdf5.createGroup("results", in: file)
    }
    let none = message { _ = try DmosoptImport(path: path, for: Toy.problem()) }
    #expect(
      none.contains("holds no run of dmosopt: expected a group with objective_enum, objective_spec"),
      "\(none)")
    #expect(none.hasSuffix("its groups are results"))
  }

  @Test("32 bits mean the bound or step they are nearest to")
  func nearest() {
    let real = Parameter(name: "x", domain: .real(lower: 0.1, upper: 0.7, scale: .linear))
    #expect(real.nearest(to: Double(Float(0.1))) == 0.1 && real.nearest(to: Double(Float(0.7))) == 0.7)
    #expect(real.nearest(to: Double(Float(0.3))) == Double(Float(0.3)) && real.nearest(to: 0.3) == 0.3)
    let stepped = Parameter(name: "h", domain: .stepped(lower: 0, upper: 1, step: 0.1))
    #expect(
      stepped.nearest(to: Double(Float(0.3))) == 0.1 * 3
        && stepped.contains(stepped.nearest(to: Double(Float(0.3)))))
    #expect(stepped.nearest(to: 0.25) == 0.25)
  }
}
