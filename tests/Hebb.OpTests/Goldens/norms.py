"""Normalisations, with their gradients."""
import torch
import torch.nn.functional as F
from golden import save

torch.manual_seed(2)
cases = []


def add(name, f, *inputs):
    inputs = [x.clone().requires_grad_(True) for x in inputs]
    y = f(*inputs)
    y.backward(torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape))
    cases.append((name, inputs, [y] + [x.grad for x in inputs]))


x2, x4 = torch.randn(9, 20) * 2 + 1, torch.randn(3, 6, 4, 5) * 2 - 1
w20, b20, w6, b6 = torch.rand(20) + 0.5, torch.randn(20), torch.rand(6) + 0.5, torch.randn(6)
add("layer_norm", lambda x, w, b: F.layer_norm(x, (20,), w, b), x2, w20, b20)
add("layer_norm_two", lambda x: F.layer_norm(x, (4, 5)), x4)
add("group_norm", lambda x, w, b: F.group_norm(x, 3, w, b), x4, w6, b6)
add("instance_norm", lambda x, w, b: F.instance_norm(x, weight=w, bias=b), x4, w6, b6)
add("batch_norm_training", lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True), x4, w6, b6)
add("batch_norm_training_rows", lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True), x2, w20, b20)
mean, var = torch.linspace(-1, 1, 6), torch.linspace(0.5, 2, 6)
add("batch_norm", lambda x, w, b: F.batch_norm(x, mean, var, w, b), x4, w6, b6)
save("norms", cases)
