"""Writes golden values for the tests of layers and optimizers. Run with python3-torch 1.13.1: python3 NAME.py, which calls save() below."""
import json
import math
import os

import torch


def number(v):
    if isinstance(v, float):
        if math.isnan(v):
            return "nan"
        if math.isinf(v):
            return "inf" if v > 0 else "-inf"
        return float(f"{v:.9g}")
    return v


def tensor(t):
    return {"dtype": str(t.dtype).replace("torch.", ""), "shape": list(t.shape), "data": [number(v) for v in t.detach().reshape(-1).tolist()]}


def save(name, cases):
    """cases: list of (name, dictionary of torch tensors)."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".json")
    with open(path, "w") as f:
        f.write('{"cases": [\n')
        f.write(",\n".join(json.dumps({"name": n, "tensors": {k: tensor(t) for k, t in ts.items()}}) for n, ts in cases))
        f.write("\n]}\n")
