"""BoTorch's parallel expected hypervolume improvement, qLogNEHVI, with a Gaussian process per objective and constraint."""
import numpy as np
import torch
from botorch import fit_gpytorch_mll
from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
from botorch.acquisition.multi_objective.objective import IdentityMCMultiOutputObjective
from botorch.models import ModelListGP, SingleTaskGP
from botorch.models.transforms import Standardize
from botorch.optim import optimize_acqf
from botorch.sampling import SobolQMCNormalSampler
from botorch.utils.sampling import draw_sobol_samples
from gpytorch.mlls import SumMarginalLogLikelihood


def models(x, outputs):
    noise = torch.full((len(x), 1), 1e-6, dtype=torch.double)
    columns = (outputs[:, j : j + 1] for j in range(outputs.shape[1]))
    # The problems have no noise: a fixed small one, in units of each output's variance.
    model = ModelListGP(*(SingleTaskGP(x, y, noise * y.var(), outcome_transform=Standardize(1)) for y in columns))
    fit_gpytorch_mll(SumMarginalLogLikelihood(model.likelihood, model), optimizer_kwargs={"options": {"maxiter": 100}})
    return model


def propose(model, x, reference, count, constraints, batch, seed):
    bounds = torch.tensor([[0.0] * x.shape[1], [1.0] * x.shape[1]], dtype=torch.double)
    acquisition = qLogNoisyExpectedHypervolumeImprovement(
        model, ref_point=[-r for r in reference], X_baseline=x, prune_baseline=True,
        objective=IdentityMCMultiOutputObjective(outcomes=list(range(count))),
        constraints=[lambda y, k=count + k: y[..., k] for k in range(constraints)] or None,
        sampler=SobolQMCNormalSampler(torch.Size([32]), seed=seed), cache_root=True)
    points, _ = optimize_acqf(acquisition, bounds, batch, num_restarts=2, raw_samples=64, sequential=True,
                              options={"maxiter": 40, "batch_limit": 2, "seed": seed})
    return points


def search(record, seed, batch, target=float("inf")):
    """From 2(d + 1) Sobol points on, `batch` at a time, until the budget is spent or the hypervolume reached."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    problem = record.problem
    unit = torch.tensor([[0.0] * problem.dimension, [1.0] * problem.dimension], dtype=torch.double)
    x = draw_sobol_samples(unit, 2 * (problem.dimension + 1), 1, seed=seed).squeeze(1)
    new = x
    while True:
        record(problem.lower + new.numpy() * (problem.upper - problem.lower))
        if len(record.objectives) + batch > record.budget or record.hypervolume(record.budget) >= target:
            return
        outputs = torch.from_numpy(np.column_stack([-record.objectives, record.constraints]))
        model = models(x, outputs)
        new = propose(model, x, problem.reference, len(problem.reference), problem.constraints, batch, seed)
        x = torch.cat([x, new])
