"""Ops that move elements, with their gradients; creation of ranges."""
import torch
from golden import save

torch.manual_seed(0)
cube = torch.randn(2, 3, 4)
square = torch.randn(4, 4)
wide = torch.randn(3, 5)
row = torch.randn(6)
cases = []


def add(name, inputs, f):
    inputs = [x.clone().requires_grad_(True) for x in inputs]
    y = f(*inputs)
    y.backward(torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape))
    cases.append((name, inputs, [y] + [x.grad for x in inputs]))


add("cat", [cube, torch.randn(2, 1, 4), cube], lambda a, b, c: torch.cat([a, b, c], 1))
add("stack", [wide, wide + 1], lambda a, b: torch.stack([a, b], -1))
add("split", [wide], lambda x: torch.split(x, 2, 1)[1] * torch.split(x, [1, 2, 2], 1)[2])
add("chunk", [row], lambda x: torch.chunk(x, 4)[1] * torch.chunk(x, 3)[2])
add("unbind", [cube], lambda x: x.unbind(1)[2] * x.unbind(1)[0])
add("flip", [cube], lambda x: x.flip(0, 2))
add("rot90", [cube], lambda x: torch.rot90(x, 3, (0, 2)))
add("roll", [cube], lambda x: x.roll((1, -2), (0, 2)))
add("roll_flat", [wide], lambda x: x.roll(4))
add("tile", [wide], lambda x: x.tile(2, 1, 2))
add("repeat_interleave", [wide], lambda x: x.repeat_interleave(3, 1))
add("repeat_interleave_counts", [wide], lambda x: x.repeat_interleave(torch.tensor([2, 0, 1]), 0))
add("tril", [cube], lambda x: x.tril(1))
add("triu", [cube], lambda x: x.triu(-1))
add("diag", [wide], lambda x: x.diag(1))
add("diag_vector", [row], lambda x: x.diag(-2))
add("diagonal", [cube], lambda x: x.diagonal(1, 0, 2))
add("diag_embed", [wide], lambda x: x.diag_embed(1))
add("permute", [cube], lambda x: x.permute(2, 0, 1) * 2)
add("expand", [row], lambda x: x.reshape(6, 1).expand(2, 6, 3))
add("unfold", [row], lambda x: x.unfold(0, 3, 2))
add("unfold_middle", [cube], lambda x: x.unfold(1, 2, 1))
add("slice", [wide], lambda x: x[1:, ::2])
add("meshgrid", [row[:2], row[2:5]], lambda a, b: torch.meshgrid(a, b, indexing="ij")[0] * torch.meshgrid(a, b, indexing="xy")[1].T)
add("channel_shuffle", [torch.randn(1, 4, 2, 2)], lambda x: x.reshape(1, 2, 2, 2, 2).transpose(1, 2).reshape(1, 4, 2, 2))
add("glu", [wide[:, :4]], lambda x: torch.nn.functional.glu(x, 1))
for name, y in {
    "linspace": torch.linspace(-1, 2.5, 7),
    "linspace_one": torch.linspace(3, 9, 1),
    "linspace_down": torch.linspace(1, 0, 11),
    "logspace": torch.logspace(-1, 1, 5),
    "logspace_2": torch.logspace(0, 8, 9, base=2),
    "arange": torch.arange(-3, 8, 2),
    "arange_down": torch.arange(5, -5, -3),
    "arange_float": torch.arange(0, 1, 0.15),
    "eye": torch.eye(3, 5),
    "eye_tall": torch.eye(4, 2),
    "full": torch.full((2, 3), 1.1),
}.items():
    cases.append((name, [], [y]))
save("layout", cases)
