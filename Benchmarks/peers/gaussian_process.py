"""scikit-learn's Gaussian process regression on the benchmark's data: CPU seconds, and log marginal likelihood of the values."""
import sys
import time
import warnings

from timing import quick  # noqa: F401 (finds point_sets)
import numpy as np
from point_sets import points
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

warnings.simplefilter("ignore", ConvergenceWarning)
size = int(sys.argv[1])
x = points("cube", size + 2000, 15)
start = time.process_time()
likelihood = 0
for k in range(4):
    inner = 2 * x[:, 2 * k] * x[:, 2 * k + 1] - 0.5
    for j in range(15):
        inner = inner + 0.5 * ((7 * k + 3 * j) % 5 - 2) * np.sin((2 + k) * x[:, j])
    y = inner[:size] ** 2
    kernel = ConstantKernel(1, (1e-3, 1e4)) * Matern(np.ones(15), (1e-2, 1e3), nu=2.5) + WhiteKernel(1e-2, (1e-8, 1e2))
    model = GaussianProcessRegressor(kernel, normalize_y=True).fit(x[:size], y)
    model.predict(x[size:], return_std=True)
    likelihood += model.log_marginal_likelihood_value_ - size * np.log(y.std())
print("seconds", time.process_time() - start)
print("likelihood", likelihood)
