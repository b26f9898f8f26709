"""Writes ConvTorch.golden.txt: convolution and pooling values of PyTorch (made with 1.13.1, float64).

Each line is: kind; integers; named lists of numbers. Inputs are not stored: element i of x is ((37 i) mod 23 - 11) / 4, of w
((29 i) mod 17 - 8) / 8, of a bias ((5 i) mod 7 - 3) / 2, of the output's gradient ((13 i) mod 11 - 5) / 4.
"""

import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def fill(shape, a, m, shift, scale):
    n = 1
    for s in shape:
        n *= s
    return ((torch.arange(n) * a % m - shift).to(torch.float64) / scale).reshape(shape)


def x_of(shape):
    return fill(shape, 37, 23, 11, 4).requires_grad_()


def dy_of(shape):
    return fill(shape, 13, 11, 5, 4)


def text(t):
    return ",".join(f"{v:.17g}" for v in t.detach().reshape(-1).tolist())


def ints(*values):
    flat = []
    for v in values:
        flat.extend(int(e) for e in v) if isinstance(v, (list, tuple)) else flat.append(int(v))
    return ",".join(map(str, flat))


lines = []
conv = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
transposed = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
maximum = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
average = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
adaptive_average = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}
adaptive_maximum = {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d}

for n, i, o, g, size, k, s, p, d in [
    (2, 3, 4, 1, [5, 6], [3, 3], [1, 1], [1, 1], [1, 1]),
    (1, 4, 6, 2, [7, 5], [3, 2], [2, 1], [1, 0], [1, 2]),
    (2, 3, 3, 3, [6, 6], [3, 3], [2, 2], [1, 1], [1, 1]),
    (1, 2, 3, 1, [11], [4], [3], [2], [2]),
    (1, 2, 2, 1, [3, 4, 3], [2, 3, 2], [1, 2, 1], [1, 1, 0], [1, 1, 1]),
]:
    x = x_of([n, i] + size)
    w = fill([o, i // g] + k, 29, 17, 8, 8).requires_grad_()
    b = fill([o], 5, 7, 3, 2).requires_grad_()
    y = conv[len(k)](x, w, b, s, p, d, g)
    y.backward(dy_of(y.shape))
    lines.append(f"conv;{ints(len(k), n, i, o, g, size, k, s, p, d)};y={text(y)};dx={text(x.grad)};dw={text(w.grad)};db={text(b.grad)}")
    b2 = fill([i], 5, 7, 3, 2)
    back = transposed[len(k)](
        dy_of(y.shape), w, b2, s, p, groups=g, dilation=d,
        output_padding=[size[a] - ((y.shape[2 + a] - 1) * s[a] - 2 * p[a] + d[a] * (k[a] - 1) + 1) for a in range(len(k))])
    lines.append(f"transposed;{ints(len(k), n, i, o, g, size, k, s, p, d)};x={text(back)}")

for planes, size, k, s, p, d, ceil in [
    (2, [6, 6], [2, 2], [2, 2], [0, 0], [1, 1], False),
    (2, [7, 5], [3, 3], [2, 2], [1, 1], [1, 1], False),
    (2, [7, 5], [3, 3], [2, 2], [1, 1], [1, 1], True),
    (1, [9, 9], [2, 3], [3, 1], [1, 0], [2, 3], True),
    (2, [11], [3], [4], [1], [1], True),
    (1, [4, 5, 6], [2, 2, 3], [2, 1, 2], [1, 0, 1], [1, 2, 1], False),
]:
    x = x_of([1, planes] + size)
    y, index = maximum[len(k)](x, k, s, p, d, ceil_mode=ceil, return_indices=True)
    y.backward(dy_of(y.shape))
    lines.append(f"max;{ints(len(k), planes, ceil, size, k, s, p, d)};y={text(y)};index={ints(index.reshape(-1).tolist())};dx={text(x.grad)}")

for planes, size, k, s, p, ceil, count, divisor in [
    (2, [6, 6], [2, 2], [2, 2], [0, 0], False, True, None),
    (2, [7, 5], [3, 3], [2, 2], [1, 1], False, True, None),
    (2, [7, 5], [3, 3], [2, 2], [1, 1], True, True, None),
    (2, [7, 6], [3, 2], [2, 3], [1, 1], True, False, None),
    (1, [7, 6], [3, 3], [1, 1], [1, 1], False, False, 5),
    (2, [11], [3], [4], [1], True, True, None),
    (1, [4, 5, 6], [2, 2, 3], [2, 1, 2], [1, 0, 1], True, False, None),
]:
    x = x_of([1, planes] + size)
    if len(k) == 1:
        y = F.avg_pool1d(x, k, s, p, ceil, count)
    else:
        y = average[len(k)](x, k, s, p, ceil, count, divisor)
    y.backward(dy_of(y.shape))
    lines.append(f"average;{ints(len(k), planes, ceil, count, divisor or 0, size, k, s, p, [1] * len(k))};y={text(y)};dx={text(x.grad)}")

for planes, size, out in [(2, [7, 5], [3, 4]), (2, [4, 6], [1, 1]), (1, [3], [7]), (2, [5, 4, 7], [2, 4, 3])]:
    x = x_of([1, planes] + size)
    y = adaptive_average[len(size)](x, out)
    y.backward(dy_of(y.shape))
    lines.append(f"adaptiveaverage;{ints(len(size), planes, size, out)};y={text(y)};dx={text(x.grad)}")
    x = x_of([1, planes] + size)
    y, index = adaptive_maximum[len(size)](x, out, return_indices=True)
    y.backward(dy_of(y.shape))
    lines.append(f"adaptivemax;{ints(len(size), planes, size, out)};y={text(y)};index={ints(index.reshape(-1).tolist())};dx={text(x.grad)}")

pathlib.Path(__file__).with_name("ConvTorch.golden.txt").write_text("\n".join(lines) + "\n")
