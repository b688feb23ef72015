import Foundation
import Testing

@testable import Optim

/// When a search looks where its model expects nothing, and what it takes there.
@Suite struct LookElsewhereTests {
  @Test func onlyASearchThatStandsStillLooksElsewhere() {
    var schedule = LookSchedule()
    let rising = (0..<60).map { Optional(Double($0 + 1)) }
    #expect((0..<40).allSatisfy { !schedule.isDue(Array(rising.prefix($0 + 1))) })
    let still = [Double?](repeating: 3, count: 120)
    var asked: [Int] = []
    schedule = LookSchedule()
    for epoch in 0..<120 where schedule.isDue(Array(still.prefix(epoch + 1))) { asked.append(epoch) }
    #expect(asked.first == 10 && asked.count > 5 && asked.count < 14)
    let gaps = zip(asked, asked.dropFirst()).map { $1 - $0 }
    #expect(gaps == gaps.sorted())
    let none: [Double?] = Array(repeating: nil, count: 50) + Array(repeating: 0, count: 50)
    schedule = LookSchedule()
    #expect((0..<100).allSatisfy { !schedule.isDue(Array(none.prefix($0 + 1))) })
  }

  @Test func theInsideOfAFrontEndsJustBeyondIt() throws {
    let front: [[Double]] = [[0, 0.5, 1], [4, 2, 0]]
    let frame = AcquisitionFrame(front: front, predicted: [[3], [1]], given: nil)
    #expect(frame.reference == [4.5, 6])
    let inner = try #require(frame.inner)
    #expect(abs(inner[0] - 1.02) < 1e-12 && abs(inner[1] - 4.08) < 1e-12)
    #expect(AcquisitionFrame(front: [[0, 1], [1, 0]], predicted: [[], []], given: nil).inner == nil)
    // A reference that the user has named is never passed.
    let near = AcquisitionFrame(front: front, predicted: [[], []], given: [1.01, 9])
    #expect(near.reference == [1.01, 9] && near.inner?[0] == 1.01)
  }
}
