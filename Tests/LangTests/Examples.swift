import Foundation

@testable import Lang

/// Runs examples in a folder with the files that they read.
enum Examples {
  private static let files = ["points.csv": "x\n0.25\n0.75\n", "space.dmo": "param x in [0, 1]\n"]

  static func run(_ text: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dmo-example-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, content) in files { try Data(content.utf8).write(to: URL(filePath: folder + "/" + name)) }
    let session = try Session(host: TestHost(folder: folder), directory: folder, workers: 1)
    try session.run(try Parser.parseWhole(Source(name: folder + "/example.dmo", text: text, directory: folder)))
    try session.close()
  }
}
