import Foundation

/// Differential equations fitted to data, integrated in formulas.
extension BenchmarkProblem {
  static let fitting: [BenchmarkProblem] = [
    // Lorenz, Journal of the Atmospheric Sciences 20 (1963) 130. Fourth-order Runge-Kutta steps of 0.02 from (1, 1, 1) up to t = 2, over
    // which the solution still depends smoothly on the parameters; the data are those of sigma = 10, rho = 28, beta = 8/3.
    BenchmarkProblem(
      "lorenz", "sigma, rho and beta fitted to means and root mean squares of a Lorenz trajectory",
      source: "after Lorenz 1963", reference: [10, 10]
    ) {
      """
      param sigma in [5, 15]
      param rho in [20, 36]
      param beta in [1, 5]
      def flow(u, sigma, rho, beta) = [sigma * (u[2] - u[1]), u[1] * (rho - u[3]) - u[2], u[1] * u[2] - beta * u[3]]
      def ahead(u, sigma, rho, beta) {
        let k1 = flow(u, sigma, rho, beta)
        let k2 = flow(u + 0.01 * k1, sigma, rho, beta)
        let k3 = flow(u + 0.01 * k2, sigma, rho, beta)
        let k4 = flow(u + 0.02 * k3, sigma, rho, beta)
        return u + 0.02 / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
      }
      def trajectory(sigma, rho, beta) {
        let u = [1, 1, 1]
        let total = [0, 0, 0]
        let squares = [0, 0, 0]
        for step in 1..100 {
          let u = ahead(u, sigma, rho, beta)
          let total = total + u / 100
          let squares = squares + u^2 / 100
        }
        return [total, sqrt(squares)]
      }
      let found = trajectory(sigma, rho, beta)
      let data = trajectory(10, 28, 8 / 3)
      minimize mean_error = norm(found[1] - data[1])
      minimize spread_error = norm(found[2] - data[2])
      """
    }
  ]
}
