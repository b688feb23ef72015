/// Rows divided into parts of nearly equal size, in which every label is as frequent as in the whole where that is possible.
///
/// Iterative stratification (Sechidis, Tsoumakas, Vlahavas 2011): the answer that is rarest among the rows still to be placed goes
/// first, to the parts that lack it most. Rows without any known label fill the parts up.
struct Folds {
  /// `part[row]`: which part a row is in.
  let part: [Int]
  let count: Int

  /// - Parameters:
  ///   - labels: `labels[j][row]`: 1, 0, or NaN where unknown.
  ///   - count: 2 or more, at most as many as there are rows.
  init(rows: Int, labels: [[Double]], count: Int, stream: RandomStream) {
    precondition(count >= 2 && rows >= count)
    self.count = count
    var random = stream
    var left = random.permutation(rows)
    var part = Array(repeating: 0, count: rows)
    var room = (0..<count).map { (rows + count - 1 - $0) / count }
    // Both answers of every label; `wanted[a][k]`: how many more rows with answer a part k should get.
    let answers = labels.flatMap { label in [1.0, 0].map { value in label.map { $0 == value } } }
    var wanted = answers.map { answer in
      room.map { Double(answer.count { $0 }) * Double($0) / Double(rows) }
    }
    func place(_ row: Int, preferring answer: Int?) {
      let key = { (k: Int) -> (Double, Int) in (answer.map { wanted[$0][k] } ?? 0, room[k]) }
      let best = (0..<count).filter { room[$0] > 0 }.max { key($0) < key($1) }!
      part[row] = best
      room[best] -= 1
      for a in answers.indices where answers[a][row] { wanted[a][best] -= 1 }
    }
    while true {
      let counts = answers.indices.map { a in (a, left.count { answers[a][$0] }) }.filter { $0.1 > 0 }
      guard let rarest = counts.min(by: { ($0.1, $0.0) < ($1.1, $1.0) })?.0 else { break }
      for row in left where answers[rarest][row] { place(row, preferring: rarest) }
      left.removeAll { answers[rarest][$0] }
    }
    for row in left { place(row, preferring: nil) }
    self.part = part
  }

  func rows(in k: Int) -> [Int] { part.indices.filter { part[$0] == k } }
  func rows(outside k: Int) -> [Int] { part.indices.filter { part[$0] != k } }
}
