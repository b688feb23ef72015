// swift-tools-version: 6.1
import PackageDescription

// Three Swift targets with one direction of imports, REPL -> Lang -> Optim; beside them only
// thin C targets around system interfaces and vector kernels.
let package = Package(
  name: "dmo",
  products: [
    .executable(name: "dmo", targets: ["REPL"]),
    .library(name: "Optim", targets: ["Optim"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .target(name: "CHDF5", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CKernels"),
    .target(name: "CProcess"),
    .target(name: "CReadline", linkerSettings: [.linkedLibrary("readline")]),
    .target(name: "Optim", dependencies: ["CSQLite", "CProcess", "COpenBLAS", "CKernels", "CMPI", "CHDF5"]),
    .target(name: "Lang", dependencies: ["Optim"]),
    .executableTarget(
      name: "REPL",
      dependencies: [
        "Lang", "Optim", "CReadline", "CProcess",
        .product(name: "SwiftCSV", package: "SwiftCSV"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(name: "Electrophysiology", path: "examples/electrophysiology"),
    .executableTarget(
      name: "motoneuron-sim", dependencies: ["Electrophysiology"], path: "examples/motoneuron/sim"),
    .executableTarget(
      name: "interneuron-sim", dependencies: ["Electrophysiology"], path: "examples/interneurons/sim"),
    .executableTarget(
      name: "dmo-bench", dependencies: ["Optim", "Lang"], path: "Benchmarks",
      exclude: ["peers"]),
    .testTarget(
      name: "OptimTests", dependencies: ["Optim", "CKernels"], resources: [.copy("Fixtures")]),
    .testTarget(name: "LangTests", dependencies: ["Lang", "Optim"], exclude: ["Fixtures"]),
    .testTarget(name: "REPLTests", dependencies: ["REPL", "Lang", "Optim"]),
    .testTarget(
      name: "MotoneuronTests", dependencies: ["motoneuron-sim", "Electrophysiology"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "InterneuronTests", dependencies: ["interneuron-sim", "Electrophysiology"],
      resources: [.copy("Fixtures")]),
  ],
  swiftLanguageModes: [.v6]
)
