import Foundation
import Testing

@testable import Optim

@Suite("LocalPool")
struct LocalPoolTests {
  @Test("runs one process per evaluation", arguments: Simulator.Mode.allCases)
  func runs(_ mode: Simulator.Mode) throws {
    let lab = try Lab()
    defer { lab.remove() }
    let pool = LocalPool(capacity: 2)
    let answers = pool.run(lab.python(mode), (0..<10).map { ["a": .number(Double($0) + 0.1)] })
    #expect(answers.count == 10)
    for id in 0..<10 {
      #expect(answers[id]?.values == [2 * (Double(id) + 0.1)], "\(String(describing: answers[id]))")
    }
    #expect(pool.outstanding == 0)
    #expect(pool.next(timeout: 10) == nil)
  }
}
