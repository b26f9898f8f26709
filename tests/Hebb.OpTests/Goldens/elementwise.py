"""Values and gradients (of the sum) of the elementwise ops in float32, at ordinary and at awkward points."""
import torch
import torch.nn.functional as F
from golden import save

inf, nan = float("inf"), float("nan")
X = [-inf, -100.0, -30.0, -6.5, -3.0, -2.5, -1.0, -0.5, -0.3, -1e-3, -1e-8, -0.0, 0.0, 1e-8, 1e-3, 0.25, 0.5, 1.0, 1.5, 2.5, 3.0, 6.0, 19.5, 25.0, 100.0, inf, nan]
A = [-2.5, -1.0, 0.0, 0.0, 0.5, 1.0, 3.0, nan, inf]
unary = {
    "abs": torch.abs, "sign": torch.sign, "square": torch.square, "sqrt": torch.sqrt, "rsqrt": torch.rsqrt, "reciprocal": torch.reciprocal, "neg": torch.neg,
    "exp": torch.exp, "exp2": torch.exp2, "expm1": torch.expm1, "log": torch.log, "log2": torch.log2, "log10": torch.log10, "log1p": torch.log1p,
    "sin": torch.sin, "cos": torch.cos, "tan": torch.tan, "asin": torch.asin, "acos": torch.acos, "atan": torch.atan,
    "sinh": torch.sinh, "cosh": torch.cosh, "tanh": torch.tanh, "asinh": torch.asinh, "acosh": torch.acosh, "atanh": torch.atanh,
    "floor": torch.floor, "ceil": torch.ceil, "round": torch.round, "round_1": lambda x: torch.round(x, decimals=1), "round_-1": lambda x: torch.round(x, decimals=-1),
    "trunc": torch.trunc, "frac": torch.frac, "erf": torch.erf, "erfc": torch.erfc, "erfinv": torch.erfinv, "lgamma": torch.lgamma, "digamma": torch.digamma,
    "polygamma_1": lambda x: torch.polygamma(1, x), "polygamma_2": lambda x: torch.polygamma(2, x),
    "sigmoid": torch.sigmoid, "logit": torch.logit, "logit_eps": lambda x: torch.logit(x, 0.1), "deg2rad": torch.deg2rad, "rad2deg": torch.rad2deg,
    "relu": F.relu, "relu6": F.relu6, "leaky_relu": F.leaky_relu, "elu": lambda x: F.elu(x, 1.5), "selu": F.selu, "celu": lambda x: F.celu(x, 0.7),
    "gelu": F.gelu, "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "silu": F.silu, "mish": F.mish,
    "softplus": F.softplus, "softplus_beta": lambda x: F.softplus(x, 2, 5), "softsign": F.softsign, "log_sigmoid": F.logsigmoid,
    "hardtanh": F.hardtanh, "hardsigmoid": F.hardsigmoid, "hardswish": F.hardswish, "hardshrink": F.hardshrink, "softshrink": F.softshrink, "tanhshrink": F.tanhshrink,
    "threshold": lambda x: F.threshold(x, 0.5, -2), "clamp": lambda x: torch.clamp(x, -1, 2.5), "clamp_min": lambda x: torch.clamp(x, min=0.5), "clamp_max": lambda x: torch.clamp(x, max=0.5),
    "nan_to_num": lambda x: torch.nan_to_num(x, 0.5, 7, -7), "nan_to_num_default": torch.nan_to_num,
    "pow_0": lambda x: x ** 0, "pow_half": lambda x: x ** 0.5, "pow_2": lambda x: x ** 2, "pow_3": lambda x: x ** 3, "pow_-2": lambda x: x ** -2, "pow_2.5": lambda x: x ** 2.5,
    "scalar_pow": lambda x: 2.5 ** x, "scalar_div": lambda x: 1 / x,
}
predicates = {
    "isnan": torch.isnan, "isinf": torch.isinf, "isposinf": torch.isposinf, "isneginf": torch.isneginf, "isfinite": torch.isfinite, "signbit": torch.signbit, "logical_not": torch.logical_not,
}
binary = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "pow": torch.pow, "remainder": torch.remainder, "fmod": torch.fmod,
    "maximum": torch.maximum, "minimum": torch.minimum, "fmax": torch.fmax, "fmin": torch.fmin, "atan2": torch.atan2, "hypot": torch.hypot, "copysign": torch.copysign,
    "xlogy": torch.xlogy, "logaddexp": torch.logaddexp,
}
flat = {"floor_divide": torch.floor_divide, "heaviside": torch.heaviside, "isclose": torch.isclose, "logical_xor": torch.logical_xor, "less": torch.lt, "equal": torch.eq}
cases = []
# NaN: PyTorch 1.13 makes it 0 in softshrink; its sign is not kept in these files. At its poles, 1.13's float32 polygamma is finite, at infinity NaN.
no_nan = {"softshrink", "signbit", "copysign"}
poles = {"lgamma", "digamma", "polygamma_1", "polygamma_2"}


def add(name, f, *inputs):
    inputs = [i.clone().requires_grad_() for i in inputs]
    y = f(*inputs)
    y.sum().backward()
    cases.append((name, inputs, [y] + [i.grad if i.grad is not None else torch.zeros_like(i) for i in inputs]))


def points(name):
    return torch.tensor([v for v in X if (name not in no_nan or v == v) and (name not in poles or 0 < v < inf or v in (-6.5, -2.5, -0.5, -0.3))])


def pairs(values):
    return [t.reshape(-1) for t in torch.meshgrid(torch.tensor(values), torch.tensor(values), indexing="ij")]


for name, f in {**unary, **predicates}.items():
    cases.append((name, [points(name)], [f(points(name))]))
for name, f in unary.items():
    x = points(name)
    # Where the value is NaN, the gradient means nothing.
    add(name + "_grad", f, x[x.isfinite() & ~f(x).isnan()])
for name, f in {**binary, **flat}.items():
    a, b = pairs([v for v in A if name not in no_nan or v == v])
    cases.append((name, [a, b], [f(a, b)]))
for name, f in binary.items():
    a, b = pairs([v for v in A if abs(v) < inf and (name not in ("remainder", "fmod") or v != 0)])
    add(name + "_grad", f, a, b)
torch.manual_seed(0)
x, y, w = torch.randn(4, 5), torch.randn(4, 5), torch.rand(5)
add("lerp", torch.lerp, x, y, w.expand(4, 5).contiguous())
add("lerp_scalar", lambda s, e: torch.lerp(s, e, 0.7), x, y)
add("addcmul", lambda s, t, u: torch.addcmul(s, t, u, value=0.3), x, y, x)
add("addcdiv", lambda s, t, u: torch.addcdiv(s, t, u, value=0.3), x, y, x)
add("prelu", F.prelu, torch.randn(2, 5, 3), torch.randn(5))
add("glu", lambda t: F.glu(t, 1), torch.randn(2, 6, 3))
add("clamp_tensors", torch.clamp, x, y - 1, y + 1)
add("where", lambda s, t: torch.where(s > t, s, t), x, y)
save("elementwise", cases)

# The types in which operands meet, as torch.promote_types and torch.result_type give them.
types = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.bool, torch.complex64, torch.complex128]
names = {str(t).replace("torch.", ""): i for i, t in enumerate(types)}


def kind(f):
    rows = []
    for s in types:
        row = []
        for t in types:
            try:
                row.append(names.get(str(f(s, t)).replace("torch.", ""), -1))
            except RuntimeError:
                row.append(-1)
        rows.append(row)
    return torch.tensor(rows, dtype=torch.int64)


one = lambda t: torch.ones(1, dtype=t)
zero = lambda t: torch.ones((), dtype=t)
scalars = [2, 2.5]
save("promotion", [
    ("promote_types", [], [kind(torch.promote_types)]),
    ("tensors", [], [kind(lambda s, t: torch.result_type(one(s), one(t)))]),
    ("tensor_with_zero_dim", [], [kind(lambda s, t: torch.result_type(one(s), zero(t)))]),
    ("zero_dim", [], [kind(lambda s, t: torch.result_type(zero(s), zero(t)))]),
    ("numbers", [], [torch.tensor([[names[str(torch.result_type(one(t), n)).replace("torch.", "")] for n in scalars] for t in types])]),
    ("numbers_zero_dim", [], [torch.tensor([[names[str(torch.result_type(zero(t), n)).replace("torch.", "")] for n in scalars] for t in types])]),
])
