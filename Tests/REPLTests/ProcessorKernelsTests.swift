import Foundation
import Testing

/// Which of OpenBLAS's kernels a dmo runs with.
@Suite struct ProcessorKernelsTests {
  #if arch(x86_64)
    private static let isX86 = true
  #else
    private static let isX86 = false
  #endif
  private static var hasAVX2: Bool {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return text.contains(" avx2") && text.contains(" fma")
  }

  /// OpenBLAS names its kernels when it is loaded; the last name is that of the program that goes on.
  private static func cores(_ result: Workplace.Result) -> [String] {
    result.errors.split(separator: "\n").filter { $0.hasPrefix("Core: ") }.map { String($0.dropFirst(6)) }
  }

  @Test(.enabled(if: hasAVX2, "needs a processor with AVX2")) func areNotOlderThanTheProcessor() throws {
    let place = try Workplace()
    let result = try place.shell("OPENBLAS_VERBOSE=2 \"$dmo\" -e '1 + 1'")
    let core = try #require(Self.cores(result).last)
    #expect(!["Prescott", "Core2", "Nehalem", "Sandybridge", "Barcelona"].contains(core))
    #expect(result.status == 0 && result.output.contains("2"))
  }

  @Test(.enabled(if: isX86, "the name is one of a kernel for x86-64")) func theChoiceOfTheUserStays() throws {
    let place = try Workplace()
    let result = try place.shell("OPENBLAS_CORETYPE=Prescott OPENBLAS_VERBOSE=2 \"$dmo\" -e '1 + 1'")
    #expect(Self.cores(result) == ["Prescott"])
  }

  /// What dmo starts does not inherit a choice that was made for dmo.
  @Test func simulatorsDoNotSeeIt() throws {
    let place = try Workplace()
    try place.write(
      "s.dmo",
      """
      param x in [0, 1]
      simulator s {
        run = ["sh", "-c", "echo '{\\"y\\": '$(env | grep -c -e OPENBLAS_CORETYPE -e DMO_CHOSE)'}'"]
        output y
      }
      minimize f = s.y
      sample mc 1
      evaluate
      table all f
      """)
    let result = try place.dmo("s.dmo", "--format", "csv")
    #expect(result.status == 0, "\(result.all)")
    #expect(result.output.contains("1,0"), "\(result.all)")
  }
}
