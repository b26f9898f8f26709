#!/usr/bin/env python3
"""PyTorch as a peer of `hebb bench`: answers questions line by line on standard output.

    version                  ok VERSION
    prepare OP key=value …   ok, or no REASON
    output FILE              writes what comes out as float32, one output after the other; ok
    time CALLS UNCOUNTED     ok NANOSECONDS

The inputs are the numbers of Hebb.Benchmarks.Inputs: both sides make them from the same hash. The number of threads is HEBB_PEER_THREADS.
"""

import math
import os
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

THREADS = int(os.environ.get("HEBB_PEER_THREADS", "1"))


# Inputs

def hashes(count, seed):
    with np.errstate(over="ignore"):
        x = np.arange(count, dtype=np.uint32) + np.uint32(seed * 0x9E3779B9 & 0xFFFFFFFF)
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
        x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
        return x ^ (x >> np.uint32(16))


def uniform(shape, seed, scale=1.0):
    count = math.prod(shape)
    values = (hashes(count, seed) >> np.uint32(8)).astype(np.float32) * np.float32(2 / (1 << 24)) - np.float32(1)
    return torch.from_numpy((values * np.float32(scale)).reshape(shape))


def whole(shape, seed, limit):
    return torch.from_numpy(((hashes(math.prod(shape), seed) >> np.uint32(8)) % np.uint32(limit)).astype(np.int64).reshape(shape))


def initialise(model):
    """As Hebb.Benchmarks.Models.Initialise: matrices from a hash of the parameter's name, weights of norms 1, biases 0."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() < 2:
                parameter.fill_(1.0 if name.endswith("weight") else 0.0)
                continue
            seed = 2166136261
            for byte in name.encode():
                seed = (seed ^ byte) * 16777619 & 0xFFFFFFFF
            fan_in = math.prod(parameter.shape[1:])
            parameter.copy_(uniform(tuple(parameter.shape), seed & 0xFFFF, 1 / math.sqrt(fan_in)))


# Operations: each returns a function that does the work once and returns what comes out.

def convolution(p):
    x = uniform((p["n"], p["c"], p["h"], p["w"]), 1)
    w = uniform((p["o"], p["c"] // p["groups"], p["r"], p["s"]), 2)
    options = dict(stride=p["stride"], padding=p["pad"], groups=p["groups"])
    if not p.get("backward"):
        def forward():
            with torch.inference_mode():
                return [F.conv2d(x, w, **options)]
        return forward
    x.requires_grad_()
    w.requires_grad_()
    dy = uniform(tuple(F.conv2d(x, w, **options).shape), 3)

    def both():
        y = F.conv2d(x, w, **options)
        return [y.detach(), *torch.autograd.grad(y, (x, w), dy)]
    return both


def attention(p):
    queries, groups = p.get("queries", p["t"]), p.get("groups", p["heads"])
    q = uniform((1, p["heads"], queries, p["d"]), 1)
    k, v = (uniform((1, groups, p["t"], p["d"]), seed) for seed in (2, 3))
    scale = 1 / math.sqrt(p["d"])
    causal = bool(p.get("causal"))
    # Added to the scores as they are made.
    mask = torch.full((p["t"], p["t"]), -math.inf).triu(1).expand(p["heads"], -1, -1) if causal else None

    def by_products():
        with torch.inference_mode():
            # The queries of all heads that share keys are rows of one product.
            a, b = (q * scale).reshape(groups, -1, p["d"]), k.flatten(0, 1).transpose(1, 2)
            scores = torch.baddbmm(mask, a, b) if causal else torch.bmm(a, b)
            return [torch.bmm(torch.softmax(scores, -1), v.flatten(0, 1)).reshape(q.shape)]

    def built_in():
        with torch.inference_mode():
            y = F._scaled_dot_product_attention(q, k, v, is_causal=causal)
            return [y[0] if isinstance(y, tuple) else y]

    if not p.get("backward"):
        return fastest([by_products] + ([built_in] if hasattr(F, "_scaled_dot_product_attention") and groups == p["heads"] else []))
    for x in (q, k, v):
        x.requires_grad_()
    dy = uniform((1, p["heads"], p["t"], p["d"]), 4)

    def both():
        a, b = (q * scale).flatten(0, 1), k.flatten(0, 1).transpose(1, 2)
        scores = torch.baddbmm(mask, a, b) if causal else torch.bmm(a, b)
        y = torch.bmm(torch.softmax(scores, -1), v.flatten(0, 1)).unsqueeze(0)
        return [y.detach(), *torch.autograd.grad(y, (q, k, v), dy)]
    return both


def elementwise(name):
    def prepare(p):
        shape = (p["rows"], p["columns"])
        x = uniform(shape, 1)
        shapes = {"add": shape, "add_row": shape[1:], "add_column": (shape[0], 1)}
        y = uniform(shapes[name], 2) if name in shapes else None
        weight, bias = uniform(shape[1:], 3), uniform(shape[1:], 4)
        ways = {
            "softmax": lambda: torch.softmax(x, -1),
            "layernorm": lambda: F.layer_norm(x, shape[1:], weight, bias),
            "gelu": lambda: F.gelu(x, approximate="tanh"),
            "add": lambda: x + y,
            "add_row": lambda: x + y,
            "add_column": lambda: x + y,
            "sum": lambda: x.sum(),
            "sum_rows": lambda: x.sum(1),
            "sum_columns": lambda: x.sum(0),
            "max_columns": lambda: x.amax(0),
        }

        def run():
            with torch.inference_mode():
                return [ways[name]()]
        return run
    return prepare


def norm(name):
    def prepare(p):
        shape = tuple(n for n in (p["n"], p["c"], p["h"], p["w"]) if n)
        x, weight, bias = (uniform(s, seed).requires_grad_() for s, seed in ((shape, 1), (shape[1:2], 3), (shape[1:2], 4)))
        dy = uniform(shape, 2)

        def run():
            y = F.layer_norm(x, shape[1:], weight, bias) if name == "layernorm" else F.batch_norm(x, None, None, weight, bias, training=True)
            return [y.detach(), *torch.autograd.grad(y, (x, weight, bias), dy)]
        return run
    return prepare


def crossentropy(p):
    x, target = uniform((p["rows"], p["classes"]), 1, 4).requires_grad_(), whole((p["rows"],), 2, p["classes"])

    def run():
        y = F.cross_entropy(x, target)
        return [y.detach(), *torch.autograd.grad(y, x)]
    return run


def embedding(p):
    table, which = uniform((p["rows"], p["columns"]), 1).requires_grad_(), whole((p["ids"],), 2, p["rows"])
    dy = uniform((p["ids"], p["columns"]), 3)

    def run():
        y = F.embedding(which, table)
        return [y.detach(), *torch.autograd.grad(y, table, dy)]
    return run


def recurrent(kind):
    def prepare(p):
        layer = kind(p["inputs"], p["hidden"], p["layers"])
        initialise(layer)
        x = uniform((p["t"], p["batch"], p["inputs"]), 1).requires_grad_()
        dy = uniform((p["t"], p["batch"], p["hidden"]), 2)
        weights = list(layer.parameters())

        def both():
            y, _ = layer(x)
            return [y.detach(), *torch.autograd.grad(y, [x, *weights], dy)]

        def outputs():
            names = [n for n, _ in layer.named_parameters()]
            y, dx, *grads = both()
            # Hebb's order: by name.
            return [y, dx, *(g for _, g in sorted(zip(names, grads)))]
        both.outputs = outputs
        return both
    return prepare


def small_add(p):
    a, b = uniform((p["count"],), 1), uniform((p["count"],), 2)
    if p.get("recorded"):
        leaf = a.clone().requires_grad_()

        def recorded():
            return [leaf + b]
        return recorded
    return lambda: [a + b]


# Training

class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.projection = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        n, t, c = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(n, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        scores = (q / math.sqrt(c // self.heads)) @ k.transpose(-2, -1)
        scores = scores + torch.full((t, t), -math.inf).triu(1)
        y = (torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(n, t, c)
        x = x + self.projection(y)
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, vocabulary, context, layers, width, heads):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(layers)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)

    def forward(self, x):
        h = self.tokens(x) + self.positions.weight[:x.shape[1]]
        return self.head(self.norm(self.blocks(h))).flatten(0, 1)


class Characters(nn.Module):
    def __init__(self, vocabulary, width, hidden):
        super().__init__()
        self.embedding, self.lstm, self.head = nn.Embedding(vocabulary, width), nn.LSTM(width, hidden), nn.Linear(hidden, vocabulary)

    def forward(self, x):
        return self.head(self.lstm(self.embedding(x))[0]).flatten(0, 1)


class Residual(nn.Module):
    def __init__(self, from_, to, stride):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(from_, to, 3, stride, 1, bias=False), nn.BatchNorm2d(to)
        self.conv2, self.norm2 = nn.Conv2d(to, to, 3, 1, 1, bias=False), nn.BatchNorm2d(to)
        self.shortcut = nn.Sequential() if from_ == to else nn.Sequential(nn.Conv2d(from_, to, 1, stride, bias=False), nn.BatchNorm2d(to))

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


def resnet20():
    blocks = [Residual(a, b, s) for a, b, s in [
        (16, 16, 1), (16, 16, 1), (16, 16, 1), (16, 32, 2), (32, 32, 1), (32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 64, 1)]]
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def training(name):
    def make():
        if name == "mlp":
            model = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
            return model, uniform((128, 784), 1), whole((128,), 2, 10)
        if name == "tiny":
            return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)), uniform((32, 64), 1), whole((32,), 2, 10)
        if name == "lenet":
            model = nn.Sequential(
                nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
            return model, uniform((128, 1, 28, 28), 1), whole((128,), 2, 10)
        if name == "resnet20":
            return resnet20(), uniform((32, 3, 32, 32), 1), whole((32,), 2, 10)
        if name == "lstm":
            return Characters(64, 64, 256), whole((64, 32), 1, 64), whole((64 * 32,), 2, 64)
        return Gpt(65, 64, 4, 128, 4), whole((12, 64), 1, 65), whole((12 * 64,), 2, 65)

    def optimizer(model, foreach):
        if name in ("lenet", "resnet20"):
            return torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=1e-4, foreach=foreach)
        return torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01, foreach=foreach)

    def stepper(foreach):
        model, inputs, targets = make()
        initialise(model)
        opt = optimizer(model, foreach)

        def step():
            loss = F.cross_entropy(model(inputs), targets)
            opt.zero_grad(set_to_none=True)
            loss.backward()
            opt.step()
            return [loss.detach().reshape(1)]
        return step

    def prepare(_):
        step = fastest([stepper(False), stepper(True)])

        def losses():
            fresh = stepper(False)
            return [fresh()[0] for _ in range(4)]
        step.outputs = losses
        return step
    return prepare


def optimizer(make):
    def prepare(p):
        def stepper(foreach):
            parameters = []
            for i in range(p["matrices"]):
                for shape, seed in (((p["rows"], p["columns"]), 4 * i), ((p["columns"],), 4 * i + 2)):
                    parameters.append(torch.nn.Parameter(uniform(shape, seed)))
                    parameters[-1].grad = uniform(shape, seed + 1)
            made = make(parameters, foreach)

            def step():
                made.step()
                return parameters
            return step

        step = fastest([stepper(False), stepper(True)])

        def outputs():
            fresh = stepper(False)
            return [fresh() for _ in range(3)][-1]
        step.outputs = outputs
        return step
    return prepare


def fastest(ways):
    """The one whose best of a few calls is the shortest."""
    best = [math.inf] * len(ways)
    begun = time.perf_counter()
    for turn in range(20):
        for i, way in enumerate(ways):
            start = time.perf_counter()
            way()
            best[i] = min(best[i], time.perf_counter() - start)
        if turn >= 2 and time.perf_counter() - begun > 0.4:
            break
    return ways[best.index(min(best))]


OPERATIONS = {
    "conv": convolution, "attention": attention, "crossentropy": crossentropy, "embedding": embedding, "small_add": small_add, "lstm": recurrent(nn.LSTM), "gru": recurrent(nn.GRU),
    **{name: elementwise(name) for name in ("softmax", "layernorm", "gelu", "add", "add_row", "add_column", "sum", "sum_rows", "sum_columns", "max_columns")},
    **{name + "_gradients": norm(name) for name in ("layernorm", "batchnorm")},
    "adamw": optimizer(lambda ps, foreach: torch.optim.AdamW(ps, lr=1e-3, foreach=foreach)),
    "sgd": optimizer(lambda ps, foreach: torch.optim.SGD(ps, lr=1e-3, momentum=0.9, foreach=foreach)),
    **{"train_" + name: training(name) for name in ("mlp", "tiny", "lenet", "resnet20", "lstm", "gpt")},
}


def die_with_parent():
    if sys.platform == "linux":
        import ctypes
        ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)


def blas():
    """The file that matrix products come from, where the system says so."""
    try:
        with open("/proc/self/maps") as maps:
            files = {line.split()[-1] for line in maps if "blas" in line or "mkl" in line}
    except OSError:
        return ""
    return ", ".join(sorted(os.path.basename(os.path.dirname(f)) + "/" + os.path.basename(f) for f in files if "." in f))


def main():
    die_with_parent()
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    call = None
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        try:
            if word == "version":
                answer = f"ok PyTorch {torch.__version__} with {blas()}"
            elif word == "prepare":
                name, *fields = rest.split()
                call = None
                call = OPERATIONS[name]({k: int(v) for k, v in (f.split("=") for f in fields)})
                answer = "ok"
            elif word == "output":
                with open(rest, "wb") as file:
                    for y in getattr(call, "outputs", call)():
                        file.write(y.detach().float().contiguous().numpy().tobytes())
                answer = "ok"
            else:
                calls, uncounted = (int(n) for n in rest.split())
                for _ in range(uncounted):
                    call()
                start = time.perf_counter_ns()
                for _ in range(calls):
                    call()
                answer = f"ok {time.perf_counter_ns() - start}"
        except Exception as e:  # said to the other side, whatever it is
            answer = "no " + f"{type(e).__name__}: {e}".replace("\n", " ")
        print(answer, flush=True)


if __name__ == "__main__":
    main()
