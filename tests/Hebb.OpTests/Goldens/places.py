"""Gathering, picking, masks and counts, with their gradients."""
import torch
from golden import save

torch.manual_seed(0)
x, v, w = torch.randn(4, 5), torch.randn(3, 5), torch.randn(4, 3)
i = torch.tensor([2, 0, 2])
at = torch.randint(0, 5, (4, 3))
mask = torch.tensor([[True, False, True, False, True], [False] * 5, [True] * 5, [False, True, False, False, True]])
cases = []


def add(name, inputs, f):
    inputs = [t.clone().requires_grad_(True) if t.is_floating_point() else t for t in inputs]
    y = f(*inputs)
    y.backward(torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape))
    cases.append((name, inputs, [y] + [t.grad for t in inputs if t.is_floating_point()]))


add("gather", [x, at], lambda x, at: x.gather(1, at))
add("gather_rows", [x, torch.randint(0, 4, (2, 5))], lambda x, at: x.gather(0, at))
add("scatter", [x, torch.tensor([[0, 1, 2], [4, 3, 2], [1, 0, 4], [2, 3, 0]]), w], lambda x, at, w: x.scatter(1, at, w))
add("scatter_add", [x, at, w], lambda x, at, w: x.scatter_add(1, at, w))
add("index_select", [x, i], lambda x, i: x.index_select(1, i))
add("take", [x, torch.tensor([[3, 19], [0, 3]])], lambda x, at: x.take(at))
add("index_add", [x, i, v], lambda x, i, v: x.index_add(0, i, v, alpha=0.5))
add("index_copy", [x, torch.tensor([3, 0, 1]), v], lambda x, i, v: x.index_copy(0, i, v))
add("index_fill", [x, i], lambda x, i: x.index_fill(1, i, -2.5))
add("index_put", [x, torch.tensor([3, 0, 1]), torch.tensor([1, 1, 4]), v[:, 0]], lambda x, a, b, v: x.index_put((a, b), v))
add("index_put_add", [x, i, torch.tensor([1, 1, 1]), v[:, 0]], lambda x, a, b, v: x.index_put((a, b), v, accumulate=True))
add("masked_fill", [x, mask], lambda x, m: x.masked_fill(m, 0.25))
add("masked_select", [x, mask], lambda x, m: x.masked_select(m))
add("embedding", [x, torch.tensor([[1, 1], [3, 0]])], lambda x, at: torch.nn.functional.embedding(at, x))
add("where", [mask, x, x + 1], lambda m, a, b: torch.where(m, a, b))
cases.append(("nonzero", [mask], [mask.nonzero()]))
cases.append(("nonzero_int", [at], [at.nonzero()]))
cases.append(("one_hot", [at], [torch.nn.functional.one_hot(at, 6)]))
cases.append(("count_nonzero", [mask], [mask.count_nonzero(1)]))
save("places", cases)
