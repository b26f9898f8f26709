"""Whole numbers of every width: arithmetic that wraps, division of either sign, bits and shifts, sums."""
import torch
from golden import save

cases = []
for dtype in [torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8]:
    info, name = torch.iinfo(dtype), str(dtype).replace("torch.", "")
    a = [info.max, info.min, 7, -7, 0, 100, -100, 1, 55, -1, 13]
    b = [2, 3, 3, 3, 5, -7, 7, -1, -9, 2, 13]
    if dtype == torch.uint8:
        a, b = [abs(v) % 256 for v in a], [abs(v) for v in b]
    a, b = torch.tensor(a).to(dtype), torch.tensor(b).to(dtype)
    s = torch.tensor([0, 1, 2, 3, 1, 0, 2, 6, 5, 4, 3]).to(dtype)

    def add(op, inputs, y):
        cases.append((f"{op} {name}", inputs, [y]))

    add("add", [a, b], a + b)
    add("sub", [a, b], a - b)
    add("mul", [a, b], a * b)
    add("div", [a, b], a / b)
    add("floor_divide", [a, b], torch.div(a, b, rounding_mode="floor"))
    add("remainder", [a, b], torch.remainder(a, b))
    add("fmod", [a, b], torch.fmod(a, b))
    add("and", [a, b], a & b)
    add("or", [a, b], a | b)
    add("xor", [a, b], a ^ b)
    add("not", [a], ~a)
    add("shift_left", [a, s], a << s)
    add("shift_right", [a, s], a >> s)
    add("maximum", [a, b], torch.maximum(a, b))
    add("less", [a, b], a < b)
    add("equal", [a, a // 1], a == a // 1)
    add("sign", [a], a.sign())
    add("square", [b], b.square())
    add("sum", [a], a.sum())
    add("prod", [b], b.prod())
    add("cumsum", [a], a.cumsum(0))
    add("amax", [a], a.amax())
    add("argmin", [b], b.argmin())
    add("matmul", [a[:9].reshape(3, 3), b[:9].reshape(3, 3)], a[:9].reshape(3, 3) @ b[:9].reshape(3, 3))
    add("exp", [s], s.exp())
save("integers", cases)
