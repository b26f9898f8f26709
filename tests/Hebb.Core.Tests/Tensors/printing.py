"""Writes printing.golden.txt: how torch 1.13.1 lays out the elements of the tensors that PrintingTests makes. Run: python3 printing.py"""
import os

import torch
from torch._tensor_str import _tensor_str

i = torch.arange(2000)
r = ((i * 7919 % 1000) - 500).double() / 64
cases = {
    "scalar": torch.tensor(3.5),
    "whole": torch.tensor([1.0, 2.0, 3.0]),
    "decimals": torch.tensor([1.5, -2.25, 1000.0]),
    "small": torch.tensor([1e-5, 1.0]),
    "ratio": torch.tensor([0.5, 501.0]),
    "whole ratio": torch.tensor([1.0, 2000.0]),
    "large": torch.tensor([1e9, -2.5e9]),
    "largest fixed": torch.tensor([1e8]),
    "tiny": torch.tensor([1e-45]),
    "huge": torch.tensor([1.5e300, -1e-300], dtype=torch.float64),
    "not finite": torch.tensor([float("nan"), 1.5, float("inf"), -float("inf"), 1000.25]),
    "bool": torch.tensor([[True, False], [False, True]]),
    "ints": torch.tensor([1, -200, 3]),
    "bytes": torch.tensor([[1, 255], [30, 4]], dtype=torch.uint8),
    "matrix": r[:12].reshape(3, 4),
    "block": torch.arange(24.0).reshape(2, 3, 4),
    "four axes": torch.arange(16).reshape(2, 2, 2, 2),
    "column": torch.arange(4.0).reshape(2, 2, 1),
    "ones": torch.zeros(1, 1, 1),
    "long line": r[:40],
    "long rows": r[:60].reshape(2, 30),
    "summary": i,
    "summary of decimals": r,
    "summary of a matrix": r.reshape(40, 50) + 8,
    "summary of rows": r.reshape(2, 1000),
    "summary of a block": r.reshape(10, 10, 20),
    "summary of a long column": r[:1500].reshape(1500, 1),
    "half": torch.tensor([1.5, -65504.0, 0.1], dtype=torch.float16),
    "brain": torch.tensor([1.5, 3e38, -0.1], dtype=torch.bfloat16),
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "printing.golden.txt"), "w") as f:
    for name, t in cases.items():
        f.write(f"=== {name}\n{_tensor_str(t, 7).replace('True', 'true').replace('False', 'false')}\n")
