"""Functions of complex tensors, which are stored as pairs, with PyTorch's gradient of a complex leaf."""
import torch
from golden import save

torch.manual_seed(0)
a, b = torch.randn(6, dtype=torch.complex64), torch.randn(6, dtype=torch.complex64)
m, n = torch.randn(3, 4, dtype=torch.complex64), torch.randn(4, 2, dtype=torch.complex64)
cases = []


def real(t):
    return torch.view_as_real(t.detach().resolve_conj()) if t.is_complex() else t.detach()


def add(name, inputs, f):
    inputs = [x.clone().requires_grad_(True) for x in inputs]
    y = f(*inputs)
    weights = torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape)
    y.backward(torch.complex(weights, weights.flip(0)) if y.is_complex() else weights)
    cases.append((name, [real(x) for x in inputs], [real(y)] + [real(x.grad) for x in inputs]))


add("add", [a, b], lambda a, b: a + b)
add("mul", [a, b], lambda a, b: a * b)
add("div", [a, b], lambda a, b: a / b)
add("neg", [a], lambda a: -a)
add("square", [a], lambda a: a.square())
add("sqrt", [a], lambda a: a.sqrt())
add("exp", [a], lambda a: a.exp())
add("log", [a], lambda a: a.log())
add("sin", [a], lambda a: a.sin())
add("cos", [a], lambda a: a.cos())
add("sinh", [a], lambda a: a.sinh())
add("cosh", [a], lambda a: a.cosh())
add("tan", [a], lambda a: a.tan())
add("pow", [a], lambda a: a.pow(2.5))
add("reciprocal", [a], lambda a: a.reciprocal())
add("conj", [a], lambda a: a.conj() * a)
add("abs", [a], lambda a: a.abs())
add("angle", [a], lambda a: a.angle())
add("real", [a], lambda a: a.real * 2)
add("imag", [a], lambda a: a.imag * 2)
add("sum", [m], lambda m: m.sum(0))
add("mean", [m], lambda m: m.mean(1))
add("matmul", [m, n], lambda m, n: m @ n)
add("where", [a, b], lambda a, b: torch.where(a.real > 0, a, b))
add("cat", [a, b], lambda a, b: torch.cat([a, b]))
add("index", [a], lambda a: a[torch.tensor([1, 1, 4])])
save("complex", cases)
