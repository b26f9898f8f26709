"""Learning rate and momentum of every schedule of torch.optim.lr_scheduler and of SWALR, before each of 40 calls of step()."""
import warnings

import torch
from torch.optim import lr_scheduler as s
from torch.optim.swa_utils import SWALR

from golden import save

warnings.simplefilter("ignore")
STEPS = 40
SCHEDULES = {
    "lambda": lambda o: s.LambdaLR(o, lambda t: 0.95 ** t * (1 + t % 3)),
    "multiplicative": lambda o: s.MultiplicativeLR(o, lambda t: 1 - 1 / (t + 2)),
    "step": lambda o: s.StepLR(o, 7, 0.5),
    "multi_step": lambda o: s.MultiStepLR(o, [3, 10, 10, 31], 0.3),
    "constant": lambda o: s.ConstantLR(o),
    "constant_long": lambda o: s.ConstantLR(o, 0.25, 12),
    "linear": lambda o: s.LinearLR(o),
    "linear_down": lambda o: s.LinearLR(o, 0.9, 0.2, 20),
    "exponential": lambda o: s.ExponentialLR(o, 0.9),
    "polynomial": lambda o: s.PolynomialLR(o),
    "polynomial_long": lambda o: s.PolynomialLR(o, 25, 2.0),
    "cosine": lambda o: s.CosineAnnealingLR(o, 15, 0.1),
    "restarts": lambda o: s.CosineAnnealingWarmRestarts(o, 6),
    "restarts_longer": lambda o: s.CosineAnnealingWarmRestarts(o, 4, 2, 0.05),
    "chained": lambda o: s.ChainedScheduler([s.ConstantLR(o, 0.1, 8), s.ExponentialLR(o, 0.9)]),
    "sequential": lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.2, 1, 5), s.ExponentialLR(o, 0.9), s.StepLR(o, 5, 0.5)], [6, 20]),
    "cyclic": lambda o: s.CyclicLR(o, 0.1, 1.0, 6),
    "cyclic_halves": lambda o: s.CyclicLR(o, 0.1, 1.0, 4, 8, "triangular2", base_momentum=0.7, max_momentum=0.95),
    "cyclic_range": lambda o: s.CyclicLR(o, 0.1, 1.0, 5, 3, "exp_range", 0.95, cycle_momentum=False),
    "cyclic_scaled": lambda o: s.CyclicLR(o, 0.1, 1.0, 5, scale_fn=lambda c: 1 / c),
    "one_cycle": lambda o: s.OneCycleLR(o, 1.0, STEPS),
    "one_cycle_linear": lambda o: s.OneCycleLR(o, 1.0, 50, pct_start=0.2, anneal_strategy="linear", div_factor=10, final_div_factor=100, base_momentum=0.6, max_momentum=0.9),
    "one_cycle_three": lambda o: s.OneCycleLR(o, 1.0, STEPS, three_phase=True, cycle_momentum=False),
    "swa": lambda o: SWALR(o, 0.05, 10),
    "swa_linear": lambda o: SWALR(o, 0.05, 4, "linear"),
}
# A figure of 40 epochs that falls, waits, and rises.
figures = torch.cat([torch.linspace(2, 1, 10), torch.linspace(1, 0.9995, 14), torch.linspace(0.9, 1.4, 16)]).double()
PLATEAUS = {
    "plateau": lambda o: s.ReduceLROnPlateau(o, patience=3),
    "plateau_cooldown": lambda o: s.ReduceLROnPlateau(o, factor=0.5, patience=2, cooldown=4, min_lr=0.2, threshold=1e-2),
    "plateau_max": lambda o: s.ReduceLROnPlateau(o, mode="max", factor=0.3, patience=4, threshold=0.1, threshold_mode="abs"),
}


def course(make, *figures):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0, momentum=0.9)
    schedule = make(optimizer)
    rates, momenta = [], []
    for t in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        if t < STEPS - 1:
            schedule.step(*[f[t].item() for f in figures])
    return {"rate": torch.tensor(rates, dtype=torch.float64), "momentum": torch.tensor(momenta, dtype=torch.float64)}


save("schedules", [(n, course(f)) for n, f in SCHEDULES.items()] + [(n, course(f, figures) | {"figures": figures}) for n, f in PLATEAUS.items()])
