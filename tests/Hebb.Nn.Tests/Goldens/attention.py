"""Attention and transformers: torch's own modules, and the equations of papers where torch 1.13 has none, written out with all scores held. Masks are stored as Hebb takes them, True for seen."""
import math

import torch
import torch.nn.functional as F
from torch import nn

from golden import layer_case, save

cases = []
H = 2
causal = torch.ones(4, 4).tril().bool()
seen = torch.tensor([[1, 0, 1, 1, 1], [0, 1, 1, 0, 1], [1, 1, 0, 1, 0], [1, 1, 1, 1, 1]]).bool()
words = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [0, 1, 1, 1, 0]]).bool()


def add(name, layer, shapes, call=None, **constants):
    cases.append(layer_case(name, layer, [torch.randn(s) for s in shapes], call, **constants))


def seeded(name, make):
    torch.manual_seed(sum((i + 1) * ord(c) for i, c in enumerate(name)))
    return make()


def attention(name, make, shapes, mask=None, keys=None, scores=None, weights=None):
    def call(layer, *xs):
        q, k, v = xs if len(xs) == 3 else (xs[0], xs[-1], xs[-1])
        y, w = layer(q, k, v, key_padding_mask=None if keys is None else ~keys, attn_mask=scores if mask is None else ~mask, average_attn_weights=weights != "each")
        found[0] = w.detach()
        return y

    found = [None]
    layer = seeded(name, make)
    constants = {k: v for k, v in {"mask": scores if mask is None else mask, "keys": keys}.items() if v is not None}
    add(name, layer, shapes, call, **constants)
    if weights:
        layer.load_state_dict({k[7:]: v for k, v in cases[-1][1].items() if k.startswith("before.")})
        call(layer, *[cases[-1][1][f"x{i}"] for i in range(len(shapes))])
        cases[-1][1]["weights"] = found[0]


E = 4
MHA = nn.MultiheadAttention
attention("mha", lambda: MHA(E, H), [(4, 3, E)], weights="mean")
attention("mha_batch_first", lambda: MHA(E, H, bias=False, batch_first=True), [(3, 4, E)])
attention("mha_single", lambda: MHA(E, H), [(4, E)], mask=causal, weights="each")
attention("mha_memory", lambda: MHA(E, H), [(4, 3, E), (5, 3, E)], mask=seen, keys=words, weights="each")
attention("mha_kdim", lambda: MHA(E, 2, kdim=5, vdim=6, batch_first=True), [(2, 4, E), (2, 3, 5), (2, 3, 6)])
attention("mha_three", lambda: MHA(E, H), [(4, 3, E), (5, 3, E), (5, 3, E)], scores=torch.randn(4, 5))
attention("mha_added", lambda: MHA(E, H, add_bias_kv=True, add_zero_attn=True), [(4, 3, E), (5, 3, E)], mask=seen, keys=words, weights="mean")

FEED = dict(dim_feedforward=6, dropout=0.0)
blind = ~causal
few = words[:, 1:]
add("encoder_layer", seeded("encoder_layer", lambda: nn.TransformerEncoderLayer(E, H, **FEED)), [(4, 3, E)])
add("encoder_layer_pre", seeded("encoder_layer_pre", lambda: nn.TransformerEncoderLayer(E, H, activation=F.gelu, batch_first=True, norm_first=True, layer_norm_eps=1e-3, **FEED)), [(3, 4, E)],
    lambda l, x: l(x, src_mask=blind, src_key_padding_mask=~few), mask=causal, keys=few)
add("encoder", seeded("encoder", lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, H, **FEED), 2, nn.LayerNorm(4))), [(4, 2, 4)])
add("decoder_layer", seeded("decoder_layer", lambda: nn.TransformerDecoderLayer(E, H, **FEED)), [(4, 3, E), (5, 3, E)])
add("decoder_layer_pre", seeded("decoder_layer_pre", lambda: nn.TransformerDecoderLayer(E, H, activation=F.gelu, batch_first=True, norm_first=True, **FEED)), [(3, 4, E), (3, 5, E)],
    lambda l, x, m: l(x, m, tgt_mask=blind, memory_key_padding_mask=~words), mask=causal, keys=words)
add("decoder", seeded("decoder", lambda: nn.TransformerDecoder(nn.TransformerDecoderLayer(4, H, **FEED), 2)), [(4, 2, 4), (3, 2, 4)], lambda l, x, m: l(x, m, tgt_mask=blind), mask=causal)
add("transformer", seeded("transformer", lambda: nn.Transformer(4, H, 1, 1, **FEED)), [(5, 2, 4), (4, 2, 4)], lambda l, s, t: l(s, t, tgt_mask=blind), mask=causal)

E = 8


def rotated(x, dims, interleaved, theta=10000.0, scale=1.0):
    """Su et al., 2021, equation 15: feature pair i at step t turns by t theta^(-2i/d)."""
    out = x.clone()
    for t in range(x.shape[-2]):
        for i in range(dims // 2):
            a, b = (2 * i, 2 * i + 1) if interleaved else (i, i + dims // 2)
            angle = scale * t * theta ** (-2 * i / dims)
            c, s = math.cos(angle), math.sin(angle)
            out[..., t, a] = x[..., t, a] * c - x[..., t, b] * s
            out[..., t, b] = x[..., t, b] * c + x[..., t, a] * s
    return out


class Attention(nn.Module):
    """Grouped heads, positions and windows, batch first."""

    def __init__(self, heads, groups, place=None, bias=None, seen=None):
        super().__init__()
        d = E // heads
        self.heads, self.groups, self.place, self.seen = heads, groups, place, seen
        self.in_proj_weight = nn.Parameter(torch.randn(E + 2 * groups * d, E) * 0.4)
        self.in_proj_bias = nn.Parameter(torch.randn(E + 2 * groups * d) * 0.4)
        self.out_proj = nn.Linear(E, E)
        if bias is not None:
            self.position_bias = bias

    def forward(self, x):
        n, steps, _ = x.shape
        d = E // self.heads
        q, k, v = F.linear(x, self.in_proj_weight, self.in_proj_bias).split([E, self.groups * d, self.groups * d], -1)
        split = lambda t, h: t.reshape(n, steps, h, d).transpose(1, 2)
        q, k, v = split(q, self.heads), split(k, self.groups), split(v, self.groups)
        if self.place:
            q, k = self.place(q), self.place(k)
        k, v = [torch.stack([t[:, h * self.groups // self.heads] for h in range(self.heads)], 1) for t in (k, v)]
        scores = q @ k.transpose(-1, -2) / math.sqrt(d)
        if hasattr(self, "position_bias"):
            scores = scores + self.position_bias(steps)
        if self.seen is not None:
            scores = scores.masked_fill(~self.seen, -math.inf)
        return self.out_proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(n, steps, E))


class Alibi(nn.Module):
    """Press et al., 2021: slopes 2^(-8/n), 2^(-16/n), ...; between powers of two every second slope of twice as many heads."""

    def __init__(self, slopes):
        super().__init__()
        self.slopes = slopes

    def forward(self, steps):
        return torch.tensor([[[-s * abs(i - j) for j in range(steps)] for i in range(steps)] for s in self.slopes])


def bucket(distance, bidirectional, buckets, furthest):
    """Raffel et al., 2020, as in the published model: torch's float32 logarithm."""
    relative, first = torch.tensor([distance]), 0
    if bidirectional:
        buckets //= 2
        first = (relative > 0).long() * buckets
        relative = relative.abs()
    else:
        relative = -torch.minimum(relative, torch.zeros_like(relative))
    exact = buckets // 2
    large = exact + (torch.log(relative.float() / exact) / math.log(furthest / exact) * (buckets - exact)).long()
    return int(first + torch.where(relative < exact, relative, torch.minimum(large, torch.full_like(large, buckets - 1))))


class Relative(nn.Module):
    def __init__(self, heads, buckets, furthest, bidirectional):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(buckets, heads))
        self.rule = (bidirectional, buckets, furthest)

    def forward(self, steps):
        return torch.stack([torch.stack([self.weight[bucket(j - i, *self.rule)] for j in range(steps)]) for i in range(steps)]).permute(2, 0, 1)


near = torch.tensor([[abs(i - j) < 2 for j in range(5)] for i in range(5)])
blocks = torch.tensor([[1, 0, 1], [1, 1, 0], [0, 1, 1]]).bool()
add("gqa", seeded("gqa", lambda: Attention(4, 2, seen=torch.ones(5, 5).tril().bool())), [(2, 5, E)])
add("mqa", seeded("mqa", lambda: Attention(4, 1)), [(2, 5, E)])
add("rotary", seeded("rotary", lambda: Attention(2, 2, lambda x: rotated(x, 4, False))), [(2, 5, E)])
add("rotary_pairs", seeded("rotary_pairs", lambda: Attention(1, 1, lambda x: rotated(x, 6, True, 50.0, 0.5))), [(2, 5, E)])
add("alibi", seeded("alibi", lambda: Attention(4, 4, bias=Alibi([2 ** -2, 2 ** -4, 2 ** -6, 2 ** -8]))), [(2, 5, E)])
add("relative", seeded("relative", lambda: Attention(2, 2, bias=Relative(2, 8, 6, True))), [(2, 5, E)])
add("relative_causal", seeded("relative_causal", lambda: Attention(2, 2, bias=Relative(2, 4, 4, False), seen=torch.ones(5, 5).tril().bool())), [(2, 5, E)])
add("window", seeded("window", lambda: Attention(2, 1, seen=near)), [(2, 5, E)])
add("blocks", seeded("blocks", lambda: Attention(2, 2, seen=blocks.repeat_interleave(2, 0).repeat_interleave(2, 1)[:5, :5])), [(2, 5, E)], blocks=blocks)


class Gated(nn.Module):
    """Shazeer, 2020, equation 6."""

    def __init__(self, f, dims=4, hidden=6, bias=False):
        super().__init__()
        self.f = f
        self.gate_proj, self.up_proj, self.down_proj = nn.Linear(dims, hidden, bias), nn.Linear(dims, hidden, bias), nn.Linear(hidden, dims, bias)

    def forward(self, x):
        return self.down_proj(self.f(self.gate_proj(x)) * self.up_proj(x))


class Experts(nn.Module):
    """Shazeer et al., 2017, token by token: the best experts' results, weighted. With a capacity, first choices are served before second ones, and late tokens not at all (Lepikhin et al., 2020)."""

    def __init__(self, capacity, normalize):
        super().__init__()
        self.gate = nn.Linear(4, 3, False)
        self.experts = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])
        self.capacity, self.normalize = capacity, normalize

    def forward(self, x):
        p = self.gate(x).softmax(-1)
        weights, chosen = p.topk(2, -1)
        if self.normalize:
            weights = weights / weights.sum(-1, keepdim=True)
        taken, out = [0, 0, 0], [torch.zeros(4) for _ in x]
        counts = torch.zeros(3)
        for rank in range(2):
            for t in range(len(x)):
                e = int(chosen[t, rank])
                counts[e] += 1
                taken[e] += 1
                if self.capacity is None or taken[e] <= self.capacity:
                    out[t] = out[t] + weights[t, rank] * self.experts[e](x[t])
        self.loss = (counts / counts.sum() * p.mean(0)).sum() * 3
        return torch.stack(out)


class Block(nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x)), with root-mean-square norms."""

    def __init__(self):
        super().__init__()
        self.attention = Attention(4, 2, lambda x: rotated(x, 2, False), seen=torch.ones(5, 5).tril().bool())
        self.feed_forward = Gated(F.silu, E, 6)
        self.attention_norm, self.feed_forward_norm = Norm(), Norm()

    def forward(self, x):
        x = x + self.attention(self.attention_norm(x))
        return x + self.feed_forward(self.feed_forward_norm(x))


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(E))

    def forward(self, x):
        return x / torch.sqrt(x.square().mean(-1, keepdim=True) + 1e-5) * self.weight


class Sinusoids(nn.Module):
    """Vaswani et al., 2017, section 3.5."""

    def forward(self, x):
        d = x.shape[-1]
        return x + torch.tensor([[math.sin(t / 10000 ** (i / d)) if i % 2 == 0 else math.cos(t / 10000 ** ((i - 1) / d)) for i in range(d)] for t in range(x.shape[-2])])


class Learned(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(6, 4))

    def forward(self, x):
        return x + self.weight[:x.shape[-2]]


add("swiglu", seeded("swiglu", lambda: Gated(F.silu)), [(2, 3, 4)])
add("geglu", seeded("geglu", lambda: Gated(lambda x: F.gelu(x, approximate="tanh"), bias=True)), [(5, 4)])
add("reglu", seeded("reglu", lambda: Gated(F.relu)), [(5, 4)])
add("experts", seeded("experts", lambda: Experts(None, True)), [(7, 4)])
add("experts_capacity", seeded("experts_capacity", lambda: Experts(4, False)), [(7, 4)])
add("block", seeded("block", Block), [(2, 5, E)])
add("sinusoids", seeded("sinusoids", Sinusoids), [(2, 5, 6)])
add("positions", seeded("positions", Learned), [(2, 5, 4)])
for name, layer in [("experts", Experts(None, True)), ("experts_capacity", Experts(4, False))]:
    tensors = dict(cases)[name]
    layer.load_state_dict({k[7:]: v for k, v in tensors.items() if k.startswith("before.")})
    layer(tensors["x0"])
    tensors["balance"] = layer.loss.detach()
distances = list(range(-300, 301))
cases.append(("buckets", {"distances": torch.tensor(distances), "both": torch.tensor([bucket(d, True, 32, 128) for d in distances]), "before": torch.tensor([bucket(d, False, 32, 128) for d in distances])}))
save("attention", cases)
