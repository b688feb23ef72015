import Foundation
import Testing

/// A simulator that is an MPI program itself, under a dmo that an MPI launcher has started: it must not join that job.
@Suite struct MPISimulatorTests {
  private static func finds(_ program: String) -> Bool {
    ["/usr/bin/", "/usr/local/bin/"].contains { access($0 + program, X_OK) == 0 }
  }
  static let isThere = finds("mpirun") && finds("mpicc")

  /// Every rank takes part in the answer: the parameter is handed around and summed up again.
  private static let program = """
    #include <mpi.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>

    int main(int argc, char **argv) {
      int rank, size;
      double x = 0, part, total;
      MPI_Init(&argc, &argv);
      MPI_Comm_rank(MPI_COMM_WORLD, &rank);
      MPI_Comm_size(MPI_COMM_WORLD, &size);
      char line[1000];
      if (rank == 0 && fgets(line, sizeof line, stdin)) x = atof(strstr(line, "\\"x\\":") + 4);
      MPI_Bcast(&x, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
      part = x * (rank + 1);
      MPI_Reduce(&part, &total, 1, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
      if (rank == 0) printf("{\\"y\\": %.17g, \\"size\\": %d}\\n", total, size);
      MPI_Finalize();
      return 0;
    }
    """

  let place: Workplace

  init() throws {
    place = try Workplace()
    place.environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
    place.environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
  }

  private func script(_ settings: String) -> String {
    """
    param x in 2..3
    simulator cell {
      run = "./cell"
      \(settings)
      output y
      output size int
    }
    minimize f = cell.y + 1000 * cell.size
    sample grid 2
    evaluate
    table f
    """
  }

  @Test(.enabled(if: isThere, "needs mpirun and mpicc: the packages openmpi-bin and libopenmpi-dev"))
  func anMPISimulatorStartsItsOwnJob() throws {
    try place.write("cell.c", Self.program)
    let compiled = try place.shell("mpicc -o cell cell.c")
    #expect(compiled.status == 0, "\(compiled.all)")
    let parallel = "launcher = \"mpirun --oversubscribe --bind-to none -n {ranks}\"\n  ranks = 2"
    try place.write("alone.dmo", script(""))
    try place.write("parallel.dmo", script(parallel))
    for (name, values) in [("alone", ["1002", "1003"]), ("parallel", ["2006", "2009"])] {
      for starter in ["", "mpirun --oversubscribe --bind-to none -n 2 "] {
        let result = try place.shell("\(starter)\"$dmo\" --format csv \(name).dmo")
        #expect(result.status == 0, "\(starter)\(name): \(result.all)")
        #expect(values.allSatisfy(result.output.contains), "\(starter)\(name): \(result.all)")
      }
    }
    // Without dmo between them, the outer launcher's variables do the harm that the above would not show if they did none.
    try place.write("x", "{\"x\": 2}\n")
    let joined = try place.shell("mpirun --oversubscribe -n 2 sh -c './cell < x'")
    #expect(joined.output.contains("\"size\": 2"), "it joins the job around it: \(joined.all)")
    #expect(try place.shell("mpirun --oversubscribe -n 1 mpirun -n 2 ./cell").status != 0)
  }
}
