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


def weigh(*outputs):
    """A scalar that every element has a part of its own in."""
    return sum((y * torch.linspace(0.5, 1.5, y.numel(), dtype=y.dtype).reshape(y.shape)).sum() for y in outputs)


def trained(layer, tensors, call):
    """What the layer gives after two steps of descent from its first state, in train mode."""
    if not any(p.requires_grad for p in layer.parameters()):
        return {}
    layer.load_state_dict({k[7:]: v for k, v in tensors.items() if k.startswith("before.")})
    layer.train()
    descent = torch.optim.SGD(layer.parameters(), lr=0.01)
    for _ in range(2):
        descent.zero_grad()
        y = call()
        weigh(*y if isinstance(y, tuple) else [y]).backward()
        descent.step()
    y = call()
    return {"trained": (y[0] if isinstance(y, tuple) else y).detach()}


def layer_case(name, layer, inputs, call=None, **constants):
    """State, inputs, output, all gradients, and what two steps of descent make of it. call(layer, *inputs) gives the output."""
    call = call or (lambda l, *xs: l(*xs))
    with torch.no_grad():
        for p in layer.parameters():
            p.add_(torch.randn_like(p) * 0.2)
    tensors = {f"before.{k}": v.clone() for k, v in layer.state_dict().items()}
    tensors |= {f"x{i}": x for i, x in enumerate(inputs)} | constants
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    y = call(layer, *leaves)
    tensors["y"] = y.detach()
    tensors |= {f"after.{k}": b.clone() for k, b in layer.named_buffers()}
    weigh(y).backward()
    tensors |= {f"gx{i}": x.grad for i, x in enumerate(leaves) if x.grad is not None}
    tensors |= {f"grad.{k}": p.grad.clone() for k, p in layer.named_parameters() if p.grad is not None}
    return name, tensors | trained(layer, tensors, lambda: call(layer, *inputs))
