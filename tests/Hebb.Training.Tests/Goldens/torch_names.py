"""Writes the public names of PyTorch 1.13 that docs/porting.md must answer for. Run with python3-torch 1.13.1: python3 torch_names.py"""
import inspect
import os

import torch
import torch.nn.functional as F
from torch.optim import lr_scheduler

PYTHON = {"Callable", "DType", "List", "Optional", "Tensor", "Tuple", "Union", "assert_int_or_pair", "boolean_dispatch", "handle_torch_function", "has_torch_function",
          "has_torch_function_unary", "has_torch_function_variadic", "Counter", "Optimizer"}
names = [("nn", n) for n in dir(torch.nn) if inspect.isclass(getattr(torch.nn, n))]
names += [("optim", n) for n in dir(torch.optim) if inspect.isclass(getattr(torch.optim, n))]
names += [("lr_scheduler", n) for n in dir(lr_scheduler) if inspect.isclass(getattr(lr_scheduler, n)) and n not in PYTHON and n[0] != "_"]
names += [("F", n) for n in dir(F) if callable(getattr(F, n)) and n not in PYTHON and n[0] != "_" and n[-1] != "_"]
names += [("init", n) for n in dir(torch.nn.init) if inspect.isfunction(getattr(torch.nn.init, n)) and n[0] != "_" and n[-1] == "_"]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch_names.txt"), "w") as f:
    f.writelines(f"{kind} {name}\n" for kind, name in names)
