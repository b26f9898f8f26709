"""Indexing and assignment as PyTorch does it; each case is named by its index expression."""
import torch
from golden import save

x = torch.arange(120, dtype=torch.float32).reshape(4, 5, 6) / 8
r = torch.tensor([3, 0, -1])
c = torch.tensor([[1], [2], [-2]])
m = x[:, :, 0] % 2 < 1
cases = []


def case(name, index):
    cases.append((name, [x], [x[index]]))
    y = x.clone()
    places = y[index].shape
    # Each place gets its own value; where places repeat, all its values are the same.
    v = torch.full(places, -7.0)
    y[index] = v
    z = x.clone()
    z[index] = -3.5
    cases.append((name + " set", [x], [y, z]))


case("int", 2)
case("negative", (-1, 3))
case("all ints", (1, 2, 3))
case("range", slice(1, 3))
case("from end", (slice(None), slice(-2, None)))
case("clipped", (slice(2, 99), slice(3, 1)))
case("step", (slice(None, None, 3), slice(1, None, 2)))
case("ellipsis", (..., 4))
case("ellipsis middle", (1, ..., 2))
case("new axis", (None, 1, slice(None), None))
case("new axis after ellipsis", (..., None))
case("rows", r)
case("middle", (slice(None), r))
case("last", (..., r))
case("two", (r, r))
case("broadcast", (r, c))
case("apart", (r, slice(None), c))
case("apart after range", (slice(1, 3), r, slice(None, 4), ))
case("int and rows apart", (0, slice(None), r))
case("int between", (r, 0, r))
case("new axis between", (r, None, r))
case("range and two", (slice(1, 4), r, c))
case("three", (r, r, r))
case("mask", m)
# PyTorch counts the mask as one axis beside an int and fails; NumPy counts its axes.
case("mask and int", (m, torch.tensor([2])))
case("mask and rows", (m, torch.tensor([1])))
case("mask of one axis", (slice(None), torch.tensor([True, False, True, True, False])))
case("mask of last axes", (slice(None), x[0] > 2))
case("mask full", x > 7)
case("nothing picked", (torch.zeros(0, dtype=torch.int64)))
save("indexing", cases)
