import Optim

extension Verb {
  static let workersVerb = Verb(
    "workers",
    "how many workers simulate at the same time; alone it shows them, their load and their failures",
    arguments: [
      .optional(
        "count", .integer(0...100_000), "how many; 0 ends them: simulations are processes of dmo then")
    ],
    options: [
      Option(
        "slots", .integer(1...10_000), nil,
        "simulations that each worker runs at the same time: 1 unless given"),
      Option(
        "launcher", .wordOrText(["local", "mpirun", "srun"]), nil,
        "what starts them: mpirun unless DMO_LAUNCHER or --launcher says otherwise; local: processes of this machine; "
          + "or a command in quotes with {ranks} in it"),
    ], result: .unknown(.table),
    example: "workers 2 launcher=local",
    keywords: ["parallel", "processes", "cores", "mpi", "ranks", "cluster"]
  ) { try $0.workers($1) }
}

extension Session {
  func workers(_ arguments: Arguments) throws -> Value {
    guard let count = arguments.integer("count") else {
      guard !arguments.has("slots"), !arguments.has("launcher") else {
        throw SessionError("say how many: workers 8 slots=2")
      }
      let figures = campaign.workers().isEmpty ? [] : [try workerBars()]
      return .report(Report([workerTable()], figures, isAside: true))
    }
    if case .ranks(let job) = campaign.workforce {
      host.note("this script runs under mpirun: its \(job.workerCount) workers stay")
      return .nothing
    }
    if keepsWorkforce {
      host.note("the command line has chosen \(campaign.workforce): they stay")
      return .nothing
    }
    campaign.workforce = try Workforce(
      workers: count, slots: arguments.integer("slots") ?? 1, launcher: arguments.word("launcher") ?? launcher
    )
    return .nothing
  }

  /// How busy each worker was since it was started.
  func workerBars() throws -> Figure {
    let workers = campaign.workers()
    guard !workers.isEmpty else {
      throw SessionError(
        "no worker has been started yet, so there is no load to draw; 'workers 4' chooses how many there will be"
      )
    }
    return Figure(
      title: "worker utilisation",
      kind: .bars(
        workers.map { Figure.Bar("rank \($0.rank) on \($0.host)", $0.busyShare) }, unit: "%"),
      caption: "share of the time since its start that a worker was simulating; \(campaign.workforce)")
  }

  private func workerTable() -> Table {
    let workers = campaign.workers()
    let title = "\(campaign.workforce)"
    if workers.isEmpty {
      return Table(
        title: title,
        [Table.Column("workers", .texts(["none yet: they are started with the first simulation"]))])
    }
    var columns = [
      Table.Column("rank", .integers(workers.map(\.rank))), Table.Column("host", .texts(workers.map(\.host))),
      Table.Column("process", .integers(workers.map(\.process))),
    ]
    if workers.contains(where: { $0.slots > 1 }) {
      columns.append(Table.Column("slots", .integers(workers.map(\.slots))))
    }
    columns += [
      Table.Column("now", .integers(workers.map(\.holds))),
      Table.Column("done", .integers(workers.map(\.done))),
      Table.Column("failed", .integers(workers.map(\.failed))),
      Table.Column("busy", .fractions(workers.map(\.busyShare))),
    ]
    return Table(title: title, columns)
  }
}
