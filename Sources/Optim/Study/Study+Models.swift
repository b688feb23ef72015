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
  public let data: Data
}

extension Study {
  /// The model with a key, nil where there is none.
  public func model(_ key: String) throws -> StoredModel? {
    // A study of an older version that can only be read has no such table.
    guard try database.number("SELECT count(*) FROM sqlite_schema WHERE name = 'models'") == 1 else {
      return nil
    }
    let find = try database.prepare(
      "SELECT surrogate, evaluations, summary, seconds, model FROM models WHERE key = ?")
    defer { find.reset() }
    find.bind(1, key)
    guard try find.step() else { return nil }
    return StoredModel(
      surrogate: find.text(0) ?? "", evaluations: find.int(1), summary: find.text(2) ?? "",
      seconds: find.double(3), data: Data(find.bytes(4)))
  }

  /// Keeps a model; a study that can only be read does not.
  public func store(_ model: StoredModel, key: String) throws {
    if isReadOnly { return }
    let at = clock.now()
    try write {
      let insert = try database.prepare(
        """
        INSERT OR REPLACE INTO models (key, surrogate, evaluations, summary, seconds, at, model)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """)
      insert.bind(1, key)
      insert.bind(2, model.surrogate)
      insert.bind(3, model.evaluations)
      insert.bind(4, model.summary)
      insert.bind(5, model.seconds)
      insert.bind(6, at)
      insert.bind(7, blob: model.data)
      try insert.run()
    }
  }
}
