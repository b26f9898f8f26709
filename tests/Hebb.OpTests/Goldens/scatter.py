"""Values and gradients of scatter with reductions, with ties and zeros, and of padded embeddings."""
import torch
from golden import save

torch.manual_seed(3)
x = torch.tensor([[2.0, -1.0, 0.5], [0.0, 3.0, 1.0], [1.0, 2.0, -2.0]])
i = torch.tensor([[0, 2, 1], [0, 2, 2], [2, 0, 2]])
v = torch.tensor([[2.0, 2.0, 4.0], [1.5, 2.0, 0.0], [-3.0, 0.25, 5.0]])
g = torch.randn(3, 3)
cases = []
for name in ["sum", "prod", "mean", "amax", "amin"]:
    for self in [True, False]:
        a, b = x.clone().requires_grad_(), v.clone().requires_grad_()
        y = a.scatter_reduce(0, i, b, name, include_self=self)
        y.backward(g)
        # 1.13 counts a tie with a value that does not take part.
        cases.append((f"{name} {self}", [x, i, v, g], [y] if name.startswith("am") and not self else [y, a.grad, b.grad]))
w = torch.randn(5, 2, requires_grad=True)
j = torch.tensor([[1, 4, 1], [0, 2, 2]])
y = torch.nn.functional.embedding(j, w, padding_idx=2)
e = torch.randn_like(y)
y.backward(e)
cases.append(("embedding", [w, j, e], [y, w.grad]))
save("scatter", cases)
