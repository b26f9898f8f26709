"""Sorting, the k largest, distinct values and binary search."""
import torch
from golden import save

torch.manual_seed(0)
nan, inf = float("nan"), float("inf")
x = torch.randn(3, 7)
odd = torch.tensor([[1.0, nan, -inf, 2.0, 0.5], [inf, -1.0, nan, 3.0, nan]])
ties = torch.tensor([[3, 1, 3, 0, 1, 2], [5, 5, 5, -1, -1, 0]])
names = torch.tensor([4, 1, 1, 9, 4, 4, -2])
runs = torch.tensor([1, 1, 2, 2, 2, 1, 3, 3])
rows = torch.tensor([[1, 2], [0, 5], [1, 2], [0, 4], [0, 5]])
steps = torch.tensor([-1.0, 0.0, 0.0, 2.0, 5.0])
asked = torch.tensor([[-2.0, -1.0, 0.0], [1.9, 5.0, 6.0]])
cases = []


def graded(name, x, f):
    x = x.clone().requires_grad_(True)
    y, i = f(x)
    y.backward(torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape))
    cases.append((name, [x], [y, i, x.grad]))


def plain(name, inputs, *outputs):
    cases.append((name, inputs, list(outputs)))


graded("sort", x, lambda x: x.sort(1))
graded("sort_down", x, lambda x: x.sort(0, descending=True))
graded("topk", x, lambda x: x.topk(3, 1))
graded("topk_least", x, lambda x: x.topk(2, 0, largest=False))
plain("sort_odd", [odd], *odd.sort(dim=1, stable=True))
plain("sort_odd_down", [odd], *odd.sort(dim=1, stable=True, descending=True))
plain("sort_ties", [ties], *ties.sort(dim=1, stable=True))
plain("sort_ties_down", [ties], *ties.sort(dim=1, stable=True, descending=True))
plain("argsort", [x], x.argsort(1), x.argsort(0, descending=True))
plain("topk_odd", [odd], odd.topk(3, 1).values)
plain("unique", [names], *names.unique(return_inverse=True, return_counts=True))
plain("unique_rows", [rows], *rows.unique(dim=0, return_inverse=True, return_counts=True))
plain("unique_consecutive", [runs], *runs.unique_consecutive(return_inverse=True, return_counts=True))
plain("searchsorted", [steps, asked], torch.searchsorted(steps, asked), torch.searchsorted(steps, asked, right=True))
batch = torch.stack([steps, steps * 2])
plain("searchsorted_rows", [batch, asked], torch.searchsorted(batch, asked))
plain("bucketize", [asked, steps], torch.bucketize(asked, steps), torch.bucketize(asked, steps, right=True))
save("order", cases)
