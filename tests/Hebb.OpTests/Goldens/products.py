"""Matrix products and Einstein sums, with their gradients."""
import torch
from golden import save

torch.manual_seed(0)
cases = []


def add(name, inputs, f):
    inputs = [x.clone().requires_grad_(True) for x in inputs]
    y = f(*inputs)
    y.backward(torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape))
    cases.append((name, inputs, [y] + [x.grad for x in inputs]))


r = torch.randn
for name, a, b in [
    ("dot", [7], [7]),
    ("matrix_vector", [3, 5], [5]),
    ("vector_matrix", [5], [5, 4]),
    ("matrix", [3, 5], [5, 4]),
    ("large", [17, 33], [33, 19]),
    ("batch", [2, 3, 4], [2, 4, 5]),
    ("broadcast", [2, 1, 3, 4], [5, 4, 2]),
    ("batch_vector", [2, 3, 4], [4]),
    ("vector_batch", [4], [2, 4, 3]),
    ("empty_inner", [2, 0], [0, 3]),
]:
    add("matmul_" + name, [r(a), r(b)], torch.matmul)
add("matmul_transposed", [r(5, 3), r(4, 5)], lambda a, b: a.T @ b.T)
add("outer", [r(3), r(4)], torch.outer)
for i, (equation, *shapes) in enumerate([
    ("ij,jk->ik", [3, 4], [4, 2]),
    ("bij,bjk->bik", [2, 3, 4], [2, 4, 2]),
    ("ii", [4, 4]),
    ("ii->i", [4, 4]),
    ("ij->ji", [3, 4]),
    ("i,j,k->ijk", [2], [3], [2]),
    ("...ij,...jk->...ik", [2, 1, 3, 2], [3, 2, 4]),
    ("bhqd,bhkd->bhqk", [2, 2, 3, 4], [2, 2, 5, 4]),
    ("ij,ij->", [3, 4], [3, 4]),
    ("abc,cd,de->abe", [2, 3, 4], [4, 2], [2, 5]),
    ("iij,jk", [3, 3, 2], [2, 4]),
    ("i,i->i", [5], [5]),
]):
    add(f"einsum {equation}", [r(s) for s in shapes], lambda *x: torch.einsum(equation, *x))
save("products", cases)
