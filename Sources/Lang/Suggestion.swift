/// "Did you mean": the known word closest to a mistyped one.
enum Suggestion {
  /// The nearest candidate by optimal string alignment distance (Damerau-Levenshtein with adjacent swaps), if it is near
  /// enough to be a slip: one edit in short words, up to a third of the letters in longer ones.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    guard word.count <= 60 else { return nil }
    let limit = max(1, word.count / 3)
    var best: (word: String, distance: Int)?
    for candidate in candidates where candidate != word && abs(candidate.count - word.count) <= limit {
      let distance = distance(Array(word.lowercased()), Array(candidate.lowercased()))
      if distance <= limit && distance < best?.distance ?? Int.max && distance < word.count {
        best = (candidate, distance)
      }
    }
    return best?.word
  }

  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
