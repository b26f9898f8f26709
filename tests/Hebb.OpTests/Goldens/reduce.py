"""Reductions and running reductions, with their gradients and their ways with NaN, infinities and ties."""
import torch
from golden import save

torch.manual_seed(0)
nan, inf = float("nan"), float("inf")
plain = torch.randn(3, 5, 4)
odd = torch.tensor([[1.0, nan, 3.0, -inf], [inf, 2.0, 2.0, 0.0], [-inf, -inf, -inf, -inf], [5.0, 5.0, -5.0, 5.0]])
tied = torch.tensor([[1.0, 3.0, 3.0, 0.0], [2.0, 2.0, 2.0, 2.0], [0.0, -1.0, 0.0, -1.0]])
zeros = torch.tensor([[2.0, 3.0, 0.5], [2.0, 0.0, 4.0], [0.0, 3.0, 0.0], [0.0, 0.0, 0.0]])
cases = []


def add(name, x, f, grad=True):
    x = x.clone().requires_grad_(grad)
    y = f(x)
    outputs = [y]
    if grad:
        y.backward(torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape))
        outputs.append(x.grad)
    cases.append((name, [x], outputs))


add("sum", plain, lambda x: x.sum((0, 2)))
add("mean", plain, lambda x: x.mean(1, keepdim=True))
add("prod", zeros, lambda x: x.prod(1))
add("amax", tied, lambda x: x.amax(1))
add("amin", tied, lambda x: x.amin(0))
add("max", tied, lambda x: x.max(1).values)
add("min", tied, lambda x: x.min(1).values)
add("var", plain, lambda x: x.var((0, 1), unbiased=True))
add("std", plain, lambda x: x.std(2, unbiased=False))
add("logsumexp", plain, lambda x: x.logsumexp((0, 2)))
for p in [1, 2, 3, 0.5, inf, -inf]:
    add(f"norm_{p}", plain, lambda x: torch.linalg.vector_norm(x, p, dim=(1, 2)))
add("norm_2_zero", zeros, lambda x: torch.norm(x, 2, dim=1))
add("norm_inf_ties", tied, lambda x: torch.linalg.vector_norm(x, inf, dim=1))
add("cumsum", plain, lambda x: x.cumsum(1))
add("cumprod", zeros, lambda x: x.cumprod(1))
add("logcumsumexp", plain, lambda x: x.logcumsumexp(1))
add("cummax", tied, lambda x: x.cummax(1).values)
add("cummin", tied, lambda x: x.cummin(1).values)
add("median", plain, lambda x: x.median(1).values)
for name, f in {
    "sum": lambda x: x.sum(1),
    "mean": lambda x: x.mean(1),
    "prod": lambda x: x.prod(1),
    "amax": lambda x: x.amax(1),
    "amin": lambda x: x.amin(1),
    "argmax": lambda x: x.argmax(1),
    "argmin": lambda x: x.argmin(1),
    "var": lambda x: x.var(1),
    "logsumexp": lambda x: x.logsumexp(1),
    "norm_2": lambda x: x.norm(2, 1),
    "norm_inf": lambda x: x.norm(inf, 1),
    "any": lambda x: x.any(1),
    "all": lambda x: x.all(1),
    "cumsum": lambda x: x.cumsum(1),
    "logcumsumexp": lambda x: x.logcumsumexp(1),
    "cummax": lambda x: x.cummax(1).values,
    "cummax_indices": lambda x: x.cummax(1).indices,
    "cummin": lambda x: x.cummin(1).values,
    "cummin_indices": lambda x: x.cummin(1).indices,
    "median": lambda x: x.median(1).values,
}.items():
    add(f"odd_{name}", odd, f, grad=False)
save("reduce", cases)
