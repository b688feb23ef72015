import Foundation

/// A fitted surrogate as the study keeps it.
public struct StoredModel: Sendable {
  /// Name of the row of `Surrogates.all` that fitted it and reads it back.
  public let surrogate: String
  /// How many evaluations it was fitted to.
  public let evaluations: Int
  public let summary: String
  /// Seconds the fit took.
  public let seconds: Double
  public let losses: [LossCurve]
  public let data: Data
}

extension Study {
  /// The model with a key, nil where there is none.
  public func model(_ key: String) throws -> StoredModel? {
    // A study of an older version that can only be read has no such table.
    guard try database.number("SELECT count(*) FROM sqlite_schema WHERE name = 'models'") == 1 else {
      return nil
    }
    // Nor does one of format 2 or 3 have losses.
    let hasLosses =
      try database.number(
        "SELECT count(*) FROM pragma_table_info('models') WHERE name = 'losses'") == 1
    let find = try database.prepare(
      "SELECT surrogate, evaluations, summary, seconds, model, \(hasLosses ? "losses" : "NULL") FROM models WHERE key = ?"
    )
    defer { find.reset() }
    find.bind(1, key)
    guard try find.step() else { return nil }
    let losses = try find.text(5).map { try JSONDecoder().decode([LossCurve].self, from: Data($0.utf8)) }
    return StoredModel(
      surrogate: find.text(0) ?? "", evaluations: find.int(1), summary: find.text(2) ?? "",
      seconds: find.double(3), losses: losses ?? [], data: Data(find.bytes(4)))
  }

  /// Keeps a model; a study that can only be read does not.
  public func store(_ model: StoredModel, key: String) throws {
    if isReadOnly { return }
    let at = clock.now()
    let losses =
      model.losses.isEmpty ? nil : String(decoding: try JSONEncoder().encode(model.losses), as: UTF8.self)
    try write {
      let insert = try database.prepare(
        """
        INSERT OR REPLACE INTO models (key, surrogate, evaluations, summary, seconds, at, model, losses)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
      insert.bind(1, key)
      insert.bind(2, model.surrogate)
      insert.bind(3, model.evaluations)
      insert.bind(4, model.summary)
      insert.bind(5, model.seconds)
      insert.bind(6, at)
      insert.bind(7, blob: model.data)
      insert.bind(8, losses)
      try insert.run()
    }
  }
}
