import CKernels
import COpenBLAS
import Foundation

/// Which of OpenBLAS's kernels the program runs with.
///
/// OpenBLAS chooses by the processor's model when it is loaded. Releases older than a processor take it for one of 2004: Debian 12's
/// 0.3.21 has "Prescott" (SSE3) for some of Intel's of 2023, and a Cholesky factorisation costs two and a half times what it could. The
/// variable OPENBLAS_CORETYPE corrects that, but only before loading.
public enum ProcessorKernels {
  /// Names of OpenBLAS for kernels without AVX2.
  private static let old: Set<String> = [
    "generic", "prescott", "core2", "penryn", "dunnington", "nehalem", "sandybridge", "atom", "opteron",
    "opteron_sse3", "barcelona",
    "bobcat", "nano",
  ]
  private static let variable = "OPENBLAS_CORETYPE"
  /// Set in between, so that a program is started anew once at most.
  private static let mark = "DMO_CHOSE_CORETYPE"

  /// Starts the program anew with the kernels of its processor where OpenBLAS has taken older ones.
  ///
  /// To be called first, before there are threads or files. A choice of the user's is left alone, and processes that are started later
  /// see neither variable. Where the program cannot be started anew it goes on as it is.
  public static func restartWhereOld() {
    if getenv(mark) != nil {
      unsetenv(mark)
      unsetenv(variable)
      return
    }
    guard getenv(variable) == nil, let current = openblas_get_corename(),
      old.contains(String(cString: current).lowercased()), let better = dmo_processor_core(),
      let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    else { return }
    setenv(variable, better, 1)
    setenv(mark, "1", 1)
    execv(path, CommandLine.unsafeArgv)
    unsetenv(mark)
    unsetenv(variable)
  }
}
