/// Named columns of equal length: what verbs show and export.
public struct Table: Sendable, Equatable {
  public enum Values: Sendable, Equatable {
    /// NaN is shown as a blank.
    case numbers([Double])
    /// Fractions, shown as percent and exported as numbers.
    case fractions([Double])
    case integers([Int])
    case texts([String])
    case flags([Bool])

    public var count: Int {
      switch self {
      case .numbers(let v), .fractions(let v): v.count
      case .integers(let v): v.count
      case .texts(let v): v.count
      case .flags(let v): v.count
      }
    }
  }

  public struct Column: Sendable, Equatable {
    public let name: String
    public let unit: String?
    public let values: Values
    public init(_ name: String, unit: String? = nil, _ values: Values) {
      self.name = name
      self.unit = unit
      self.values = values
    }
  }

  public var title: String?
  public private(set) var columns: [Column]

  /// Columns must have equal lengths.
  public init(title: String? = nil, _ columns: [Column]) {
    precondition(Set(columns.map(\.values.count)).count <= 1, "columns of a table differ in length")
    self.title = title
    self.columns = columns
  }

  public var rowCount: Int { columns.first?.values.count ?? 0 }
  public subscript(name: String) -> Column? { columns.first { $0.name == name } }
}
