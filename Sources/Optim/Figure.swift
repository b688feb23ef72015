/// What a plot shows, apart from where it is drawn: terminal and SVG are renderers of this one description.
public struct Figure: Sendable, Equatable {
  public struct Axis: Sendable, Equatable {
    public let label: String
    public let unit: String?
    public let isLog: Bool
    /// For a categorical axis: the labels of values 0, 1, 2, ...
    public let categories: [String]?
    public init(_ label: String, unit: String? = nil, isLog: Bool = false, categories: [String]? = nil) {
      self.label = label
      self.unit = unit
      self.isLog = isLog
      self.categories = categories
    }
  }

  /// What a mark stands for; renderers choose colour and shape, always the same for the same role.
  public enum Role: String, Sendable, CaseIterable {
    /// `guide` is what marks are read against, such as a diagonal.
    case plain, feasible, infeasible, front, reference, selected, guide
  }

  /// Points with one number per axis of the figure.
  public struct Series: Sendable, Equatable {
    public let name: String
    public let role: Role
    /// `points[axis][i]`; a non-finite coordinate hides the point.
    public let points: [[Double]]
    public let isLine: Bool
    public init(_ name: String, role: Role = .plain, points: [[Double]], isLine: Bool = false) {
      self.name = name
      self.role = role
      self.points = points
      self.isLine = isLine
    }
  }

  public struct Bar: Sendable, Equatable {
    public let label: String
    public let value: Double
    public init(_ label: String, _ value: Double) {
      self.label = label
      self.value = value
    }
  }

  /// Named rows and columns with a cell for each pair, such as of constraints.
  public struct Grid: Sendable, Equatable {
    public struct Cell: Sendable, Equatable {
      /// From -1 over 0, which is neutral, to 1.
      public let shade: Double
      /// A few characters.
      public let text: String
      /// The whole of it, for renderers with room to tell.
      public let detail: String
      public init(shade: Double, text: String, detail: String) {
        (self.shade, self.text, self.detail) = (shade, text, detail)
      }
    }

    public let rows: [String]
    public let columns: [String]
    /// `cells[row][column]`; nil where there is nothing to say.
    public let cells: [[Cell?]]
    public init(rows: [String], columns: [String], cells: [[Cell?]]) {
      precondition(cells.count == rows.count && cells.allSatisfy { $0.count == columns.count })
      (self.rows, self.columns, self.cells) = (rows, columns, cells)
    }
  }

  /// A function over the two axes of a plane, drawn as shades behind its series.
  public struct Field: Sendable, Equatable {
    public let label: String
    public let unit: String?
    /// Ascending places on either axis.
    public let x: [Double]
    public let y: [Double]
    /// `values[place on y][place on x]`; not finite where there is none.
    public let values: [[Double]]
    public init(_ label: String, unit: String? = nil, x: [Double], y: [Double], values: [[Double]]) {
      precondition(!x.isEmpty && values.count == y.count && values.allSatisfy { $0.count == x.count })
      (self.label, self.unit, self.x, self.y, self.values) = (label, unit, x, y, values)
    }
  }

  public enum Kind: Sendable, Equatable {
    /// Two axes; series are marks or lines (a hypervolume curve is a line over evaluations).
    case plane
    /// Three or more axes, each against each.
    case matrix
    /// Three or more axes side by side, a line per point.
    case parallel
    /// Horizontal bars; `unit` "%" shows percent of values in [0, 1].
    case bars([Bar], unit: String?)
    case grid(Grid)
    /// Figures of their own, side by side.
    case panels([Figure])
  }

  public let title: String
  public let kind: Kind
  public let axes: [Axis]
  public let series: [Series]
  public let caption: String?
  /// Behind the series of a plane.
  public let field: Field?

  public init(
    title: String, kind: Kind, axes: [Axis] = [], series: [Series] = [], caption: String? = nil,
    field: Field? = nil
  ) {
    self.title = title
    self.kind = kind
    self.axes = axes
    self.series = series
    self.caption = caption
    self.field = field
  }
}
