"""Scaled dot-product attention from its definition, with gradients."""
import math
import torch
from golden import save

torch.manual_seed(3)
cases = []


def attend(q, k, v, mask=None, groups=1):
    k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
    s = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    if mask is not None:
        s = s.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else s + mask
    return s.softmax(-1) @ v


def add(name, f, *inputs):
    inputs = [x.clone().requires_grad_(True) if x.is_floating_point() else x for x in inputs]
    y = f(*inputs)
    y.backward(torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape))
    cases.append((name, inputs, [y] + [x.grad for x in inputs if x.is_floating_point()]))


q, k, v = torch.randn(2, 4, 7, 8), torch.randn(2, 4, 9, 8), torch.randn(2, 4, 9, 6)
add("plain", lambda q, k, v: attend(q, k, v), q, k, v)
add("causal", lambda q, k, v: attend(q, k, v, torch.ones(7, 9, dtype=torch.bool).tril()), q, k, v)
add("grouped", lambda q, k, v: attend(q, k, v, groups=2), q, k[:, :2], v[:, :2])
add("additive", lambda q, k, v, m: attend(q, k, v, m), q, k, v, torch.randn(1, 4, 7, 9))
save("attention", cases)
