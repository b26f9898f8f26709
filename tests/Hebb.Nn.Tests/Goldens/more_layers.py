"""Wrappers, bags, blocks of image models, and the rest of torch.nn; what torch 1.13 has not is written out from its paper. Names of cases are those of tests."""
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import spectral_norm, weight_norm

from golden import layer_case, save

cases = []


def add(name, make, shapes, call=None, **constants):
    torch.manual_seed(sum((i + 1) * ord(c) for i, c in enumerate(name)))
    layer = make()
    cases.append(layer_case(name, layer, [s if torch.is_tensor(s) else torch.randn(s) for s in shapes], call, **constants))


add("weight_norm", lambda: weight_norm(nn.Linear(4, 3)), [(5, 4)])
add("weight_norm_conv", lambda: weight_norm(nn.Conv2d(2, 3, 2), dim=1), [(2, 2, 4, 3)])
add("weight_norm_one", lambda: weight_norm(nn.Linear(4, 3, bias=False), dim=None), [(5, 4)])
add("spectral_norm", lambda: spectral_norm(nn.Linear(4, 3)), [(5, 4)])
add("spectral_norm_transposed", lambda: spectral_norm(nn.ConvTranspose2d(2, 3, 2), n_power_iterations=2), [(2, 2, 3, 3)])

bags, flat, offsets = torch.tensor([[0, 6, 2], [2, 3, 3]]), torch.tensor([0, 6, 2, 2, 3, 3, 1]), torch.tensor([0, 2, 2, 5])
bounds = torch.tensor([0, 2, 2, 7])
factors = torch.tensor([0.5, 1.0, -1.0, 2.0, 0.3, 0.7, 1.5])
bag = lambda layer, x: layer(x, offsets)
add("bag_mean", lambda: nn.EmbeddingBag(7, 3), [bags])
add("bag_sum", lambda: nn.EmbeddingBag(7, 3, mode="sum", padding_idx=2), [bags])
add("bag_max", lambda: nn.EmbeddingBag(7, 3, mode="max"), [bags])
add("bag_mean_offsets", lambda: nn.EmbeddingBag(7, 3, padding_idx=-4), [flat], bag, offsets=offsets)
add("bag_max_offsets", lambda: nn.EmbeddingBag(7, 3, mode="max", include_last_offset=True), [flat], lambda l, x: l(x, bounds), offsets=bounds)
add("bag_weights", lambda: nn.EmbeddingBag(7, 3, mode="sum"), [flat], lambda l, x: l(x, offsets, factors), offsets=offsets, weights=factors)

add("local_response_norm", lambda: nn.LocalResponseNorm(3, alpha=0.5, beta=0.6, k=2.0), [(2, 5, 3, 2)])
add("local_response_norm_even", lambda: nn.LocalResponseNorm(4, alpha=1.0), [(2, 5, 6)])
add("cosine_similarity", lambda: nn.CosineSimilarity(dim=2), [(2, 3, 4), (2, 3, 4)])
add("pairwise_distance", lambda: nn.PairwiseDistance(p=3, keepdim=True), [(5, 4), (5, 4)])
add("softmin", lambda: nn.Softmin(dim=1), [(3, 4)])
add("softmax2d", nn.Softmax2d, [(2, 3, 2, 2)])
add("rrelu", lambda: nn.RReLU().eval(), [(3, 7)])
add("fold", lambda: nn.Fold((5, 4), (2, 3), padding=1, stride=(1, 2)), [(2, 12, 12)])
add("unfold", lambda: nn.Unfold((2, 3), dilation=(2, 1), padding=(1, 2), stride=2), [(2, 2, 5, 4)])
# torch 1.13 has no derivative of its own
shuffled = lambda x: x.reshape(1, 3, 2, 2, 2).transpose(1, 2).reshape(1, 6, 2, 2)
assert torch.equal(nn.ChannelShuffle(3)(torch.arange(24.0).reshape(1, 6, 2, 2)), shuffled(torch.arange(24.0)))
add("channel_shuffle", nn.Identity, [(1, 6, 2, 2)], lambda l, x: shuffled(x))
add("upsampling_nearest2d", lambda: nn.UpsamplingNearest2d(scale_factor=2), [(1, 2, 3, 2)])
add("upsampling_bilinear2d", lambda: nn.UpsamplingBilinear2d(scale_factor=3), [(1, 2, 3, 2)])
torch.manual_seed(3)
pooled = {d: getattr(F, f"max_pool{d}d_with_indices")(torch.randn(*[1, 2] + [4] * d), 2)[1] for d in (1, 2, 3)}
for d in (1, 2, 3):
    add(f"max_unpool{d}d", lambda: getattr(nn, f"MaxUnpool{d}d")(2), [tuple(pooled[d].shape), pooled[d]])
samples2, samples3 = torch.rand(2, 3, 2), torch.rand(1, 2, 3)
add("fractional_max_pool2d", nn.Identity, [(2, 3, 7, 6)], lambda l, x: F.fractional_max_pool2d(x, (2, 3), (4, 3), _random_samples=samples2), samples=samples2)
add("fractional_max_pool3d", nn.Identity, [(1, 2, 5, 7, 6)], lambda l, x: F.fractional_max_pool3d(x, 2, (3, 4, 2), _random_samples=samples3), samples=samples3)
margins = {1: (1, 2), 2: (1, 2, 0, 3), 3: (1, 0, 2, 1, 0, 1)}
shapes = {1: (2, 2, 4), 2: (1, 2, 4, 3), 3: (1, 1, 3, 3, 2)}
inner = {1: (1, 2), 2: (1, 2, 0, 3), 3: (1, 0, 2, 1, 0, 1)}
for d in (1, 2, 3):
    add(f"constant_pad{d}d", lambda: getattr(nn, f"ConstantPad{d}d")(margins[d], 1.5), [shapes[d]])
    add(f"replication_pad{d}d", lambda: getattr(nn, f"ReplicationPad{d}d")(margins[d]), [shapes[d]])
    if d != 2:
        add(f"zero_pad{d}d", lambda: nn.Identity(), [shapes[d]], lambda l, x: F.pad(x, margins[d]))
        add(f"reflection_pad{d}d", lambda: getattr(nn, f"ReflectionPad{d}d")(margins[d]), [shapes[d]])
    add(f"circular_pad{d}d", lambda: nn.Identity(), [shapes[d]], lambda l, x: F.pad(x, margins[d], mode="circular"))

targets = torch.tensor([0, 7, 2, 4, 3])
make = lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 9, [2, 5], div_value=2.0, head_bias=True)
add("adaptive_log_softmax", make, [(5, 8)], lambda l, x: l.log_prob(x))
add("adaptive_log_softmax_loss", make, [(5, 8), targets], lambda l, x, t: l(x, t)[1])


class SqueezeExcitation(nn.Module):
    """Hu et al., 2018, equations 2 to 4."""

    def __init__(self, channels, squeezed):
        super().__init__()
        self.fc1, self.fc2 = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.fc2(torch.relu(self.fc1(x.mean((2, 3), keepdim=True)))))


def conv_norm(inputs, outputs, kernel, stride=1, groups=1, activation=nn.ReLU6):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs), activation())


class InvertedResidual(nn.Module):
    """Sandler et al., 2018, table 1."""

    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        hidden = inputs * expansion
        first = [conv_norm(inputs, hidden, 1)] if expansion > 1 else []
        self.conv = nn.Sequential(*first, conv_norm(hidden, hidden, 3, stride, hidden), nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        self.add = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.conv(x) if self.add else self.conv(x)


class Patches(nn.Module):
    """Dosovitskiy et al., 2021, equation 1: squares cut out one by one."""

    def __init__(self):
        super().__init__()
        self.proj = nn.Conv2d(2, 3, 2, 2)

    def forward(self, x):
        w = self.proj.weight.flatten(1)
        return torch.stack([x[:, :, r:r + 2, c:c + 2].flatten(1) @ w.T + self.proj.bias for r in range(0, x.shape[2], 2) for c in range(0, x.shape[3], 2)], 1)


class Tokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, 2, 3))

    def forward(self, x):
        return torch.stack([torch.cat([self.weight[0], e]) for e in x])


class Separable(nn.Module):
    def __init__(self, conv, inputs, outputs, times, **options):
        super().__init__()
        self.depthwise = conv(inputs, inputs * times, 3, groups=inputs, bias=False, **options)
        self.pointwise = conv(inputs * times, outputs, 1)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


class Residual(nn.Module):
    def __init__(self, branch, shortcut=None):
        super().__init__()
        self.branch = branch
        if shortcut:
            self.shortcut = shortcut

    def forward(self, x):
        return self.branch(x) + (self.shortcut(x) if hasattr(self, "shortcut") else x)


add("squeeze_excitation", lambda: SqueezeExcitation(4, 2), [(2, 4, 3, 2)])
add("conv_norm_activation", lambda: conv_norm(2, 4, 3, 2, 2, nn.ReLU), [(2, 2, 5, 4)])
add("inverted_residual", lambda: InvertedResidual(2, 2, 1, 3), [(2, 2, 4, 4)])
add("inverted_residual_stride", lambda: InvertedResidual(2, 3, 2, 1), [(2, 2, 4, 4)])
add("patch_embedding", Patches, [(2, 2, 4, 6)])
add("learned_tokens", Tokens, [(2, 4, 3)])
add("separable_conv1d", lambda: Separable(nn.Conv1d, 2, 3, 1, padding=1), [(2, 2, 6)])
add("separable_conv2d", lambda: Separable(nn.Conv2d, 2, 3, 2, stride=2), [(2, 2, 5, 6)])
add("residual", lambda: Residual(nn.Linear(4, 4)), [(3, 4)])
add("residual_shortcut", lambda: Residual(nn.Linear(4, 3), nn.Linear(4, 3, bias=False)), [(3, 4)])
save("more_layers", cases)
