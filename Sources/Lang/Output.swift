import Optim

/// What a statement has to show. Renderers (terminal, files, pages) decide how it looks.
public indirect enum Output: Sendable {
  case text(String)
  /// `isWhole`: neither rows nor columns are cut.
  case table(Table, isWhole: Bool)
  case figure(Figure)
  /// A figure that a page has room for; a terminal shows it when it is asked to `plot`.
  case aside(Figure)
  case group([Output])
}

/// What the session needs from the world around it: the only way Lang reaches files, people and processes.
public protocol SessionHost: Observer {
  /// Shows a result.
  func present(_ output: Output)
  /// Says something beside the results: what a declaration changed, how many evaluations were remembered.
  func note(_ text: String)
  /// The bytes of a file.
  func read(_ path: String) throws -> [UInt8]
  /// The header and rows of a CSV file.
  func readCSV(_ path: String) throws -> (header: [String], rows: [[String]])
  /// Writes text, replacing the file as a whole or not at all.
  func write(_ text: String, to path: String) throws
  /// Tables and figures as text in the format of the file's ending; nil for an ending that has none.
  func rendered(_ table: Table, for path: String) -> String?
  func rendered(_ figure: Figure, for path: String) -> String?
  /// Endings that `rendered` knows, for messages.
  var tableEndings: [String] { get }
  var figureEndings: [String] { get }
  /// Whether `follow` has any use for what it is told.
  var followsSearches: Bool { get }
  /// Called at the end of every epoch and of the search.
  func follow(_ search: SearchProgress)
  /// Says what an epoch of a search has done; a host that follows searches knows it.
  func note(epoch text: String)
}
