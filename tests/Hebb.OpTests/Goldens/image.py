"""Interpolation, grid sampling, padding, folding and shuffles, with gradients, from torch 1.13.1. Cases are named by their arguments."""
import torch
import torch.nn.functional as F
from golden import save

torch.manual_seed(11)
cases = []


def add(name, f, *inputs):
    leaves = [t.clone().requires_grad_() for t in inputs]
    y = f(*leaves)
    g = torch.randn_like(y)
    y.backward(g)
    cases.append((name, [*inputs, g], [y, *(t.grad for t in leaves)]))


line, image, volume = torch.randn(1, 2, 7), torch.randn(2, 2, 5, 4), torch.randn(1, 1, 3, 4, 3)
for mode, x, sizes in [("linear", line, [[4], [11], [1]]), ("bilinear", image, [[3, 7], [9, 2], [1, 4]]), ("bicubic", image, [[3, 7], [9, 2]]), ("trilinear", volume, [[5, 2, 4]])]:
    for size in sizes:
        for align in [False, True]:
            add(f"interpolate {mode} {size} {align}", lambda t: F.interpolate(t, size=size, mode=mode, align_corners=align), x)
for mode, x, scales in [("linear", line, [1.7]), ("bilinear", image, [0.6, 2.3]), ("bicubic", image, [1.3, 0.7]), ("nearest", image, [2.0, 0.6]), ("nearest-exact", image, [1.5, 2.5])]:
    add(f"interpolate {mode} x{scales}", lambda t: F.interpolate(t, scale_factor=tuple(scales), mode=mode), x)
for mode in ["nearest", "nearest-exact"]:
    for x, size in [(line, [10]), (image, [8, 3]), (volume, [2, 9, 3])]:
        add(f"interpolate {mode} {size}", lambda t: F.interpolate(t, size=size, mode=mode), x)

grid = torch.randn(2, 3, 4, 2) * 1.2
cube = torch.randn(1, 2, 3, 2, 3) * 1.2
for mode in ["bilinear", "nearest", "bicubic"]:
    for padding in ["zeros", "border", "reflection"]:
        for align in [False, True]:
            add(f"grid {mode} {padding} {align}", lambda t, u: F.grid_sample(t, u, mode, padding, align), image, grid)
            if mode != "bicubic":
                add(f"grid3 {mode} {padding} {align}", lambda t, u: F.grid_sample(t, u, mode, padding, align), volume, cube)
for align in [False, True]:
    add(f"affine {align}", lambda t: F.affine_grid(t, [2, 1, 3, 4], align), torch.randn(2, 2, 3))
    add(f"affine3 {align}", lambda t: F.affine_grid(t, [1, 1, 2, 3, 1], align), torch.randn(1, 3, 4))

for mode in ["constant", "reflect", "replicate", "circular"]:
    add(f"pad {mode} [2, 1]", lambda t: F.pad(t, [2, 1], mode), line)
    add(f"pad {mode} [1, 3, 2, 0]", lambda t: F.pad(t, [1, 3, 2, 0], mode), image)
    add(f"pad {mode} [1, 0, 2, 2, 0, 1]", lambda t: F.pad(t, [1, 0, 2, 2, 0, 1], mode), volume)
add("pad constant [-1, 2, 1, -2]", lambda t: F.pad(t, [-1, 2, 1, -2]), image)

add("unfold plain", lambda t: F.unfold(t, (2, 3)), image)
add("unfold all", lambda t: F.unfold(t, (2, 2), dilation=(2, 1), padding=(1, 2), stride=(2, 3)), image)
add("fold plain", lambda t: F.fold(t, (5, 4), (2, 3)), torch.randn(2, 12, 8))
add("fold all", lambda t: F.fold(t, (5, 4), (2, 2), dilation=(2, 1), padding=(1, 2), stride=(2, 3)), torch.randn(2, 8, 9))
add("pixel shuffle", lambda t: F.pixel_shuffle(t, 2), torch.randn(2, 8, 2, 3))
add("pixel unshuffle", lambda t: F.pixel_unshuffle(t, 2), torch.randn(2, 2, 4, 6))
save("image", [c for c in cases if not c[0].startswith("grid")])
save("grid", [c for c in cases if c[0].startswith("grid")])
