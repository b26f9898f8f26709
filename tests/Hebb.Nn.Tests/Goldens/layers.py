"""Every layer: its state, output and gradients for a given input, and what batch statistics become. Names of cases are those of tests."""
import torch
from torch import nn

from golden import save, trained


class RMSNorm(nn.Module):
    """torch 1.13 has none: the formula of the paper."""

    def __init__(self, size, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x):
        return x / torch.sqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight


LAYERS = [
    ("linear", lambda: nn.Linear(5, 3), [(4, 5)]),
    ("linear_deep", lambda: nn.Linear(5, 3, bias=False), [(2, 3, 5)]),
    ("bilinear", lambda: nn.Bilinear(4, 3, 2), [(5, 4), (5, 3)]),
    ("conv1d", lambda: nn.Conv1d(2, 3, 3, stride=2, padding=1), [(2, 2, 9)]),
    ("conv1d_unbatched", lambda: nn.Conv1d(2, 3, 3), [(2, 7)]),
    ("conv2d", lambda: nn.Conv2d(2, 4, 3, padding=1), [(2, 2, 6, 5)]),
    ("conv2d_options", lambda: nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(2, 1), dilation=(1, 2), groups=2, bias=False), [(2, 4, 7, 6)]),
    ("conv2d_same", lambda: nn.Conv2d(2, 3, (4, 3), padding="same", dilation=(1, 2)), [(1, 2, 6, 7)]),
    ("conv2d_reflect", lambda: nn.Conv2d(2, 3, 3, padding=(2, 1), padding_mode="reflect"), [(2, 2, 5, 4)]),
    ("conv2d_replicate", lambda: nn.Conv2d(2, 3, 3, padding=(2, 1), stride=2, padding_mode="replicate"), [(2, 2, 5, 4)]),
    ("conv2d_circular", lambda: nn.Conv2d(2, 3, 3, padding=(2, 1), padding_mode="circular"), [(2, 2, 5, 4)]),
    ("conv1d_circular_same", lambda: nn.Conv1d(2, 3, 4, padding="same", padding_mode="circular"), [(2, 2, 7)]),
    ("conv3d", lambda: nn.Conv3d(2, 3, (1, 2, 3), padding=(0, 1, 1)), [(1, 2, 3, 4, 4)]),
    ("conv_transpose1d", lambda: nn.ConvTranspose1d(2, 3, 3, stride=2, padding=1, output_padding=1), [(2, 2, 5)]),
    ("conv_transpose2d", lambda: nn.ConvTranspose2d(4, 6, (3, 2), stride=(2, 3), padding=(1, 0), groups=2, dilation=(2, 1)), [(2, 4, 3, 4)]),
    ("conv_transpose3d", lambda: nn.ConvTranspose3d(2, 2, 2, stride=2, bias=False), [(1, 2, 2, 3, 2)]),
    ("max_pool1d", lambda: nn.MaxPool1d(3, stride=2), [(2, 3, 9)]),
    ("max_pool2d", lambda: nn.MaxPool2d(3, stride=2, padding=1, dilation=1, ceil_mode=True), [(2, 2, 8, 6)]),
    ("max_pool3d", lambda: nn.MaxPool3d((1, 2, 2)), [(1, 2, 3, 4, 5)]),
    ("avg_pool1d", lambda: nn.AvgPool1d(3, stride=2, padding=1), [(2, 3, 9)]),
    ("avg_pool2d", lambda: nn.AvgPool2d((3, 2), stride=2, padding=1, ceil_mode=True, count_include_pad=False), [(2, 2, 7, 6)]),
    ("avg_pool3d", lambda: nn.AvgPool3d(2, divisor_override=5), [(1, 2, 4, 4, 5)]),
    ("lp_pool1d", lambda: nn.LPPool1d(2, 3, stride=2), [(2, 3, 9)]),
    ("lp_pool2d", lambda: nn.LPPool2d(4, 2), [(1, 2, 4, 6)]),
    ("adaptive_avg_pool1d", lambda: nn.AdaptiveAvgPool1d(4), [(2, 3, 9)]),
    ("adaptive_avg_pool2d", lambda: nn.AdaptiveAvgPool2d((3, 2)), [(2, 2, 7, 5)]),
    ("adaptive_avg_pool3d", lambda: nn.AdaptiveAvgPool3d(2), [(1, 2, 3, 4, 5)]),
    ("adaptive_max_pool1d", lambda: nn.AdaptiveMaxPool1d(4), [(2, 3, 9)]),
    ("adaptive_max_pool2d", lambda: nn.AdaptiveMaxPool2d((3, 2)), [(2, 2, 7, 5)]),
    ("adaptive_max_pool3d", lambda: nn.AdaptiveMaxPool3d(2), [(1, 2, 3, 4, 5)]),
    ("batch_norm1d", lambda: nn.BatchNorm1d(3), [(6, 3)]),
    ("batch_norm1d_sequence", lambda: nn.BatchNorm1d(3, momentum=None), [(4, 3, 5)]),
    ("batch_norm2d", lambda: nn.BatchNorm2d(3, eps=1e-3, momentum=0.2), [(3, 3, 4, 2)]),
    ("batch_norm2d_plain", lambda: nn.BatchNorm2d(3, affine=False, track_running_stats=False), [(3, 3, 4, 2)]),
    ("batch_norm3d", lambda: nn.BatchNorm3d(2), [(2, 2, 2, 3, 2)]),
    ("instance_norm1d", lambda: nn.InstanceNorm1d(3), [(2, 3, 7)]),
    ("instance_norm2d", lambda: nn.InstanceNorm2d(3, affine=True, track_running_stats=True), [(2, 3, 4, 3)]),
    ("instance_norm2d_unbatched", lambda: nn.InstanceNorm2d(3, affine=True), [(3, 4, 3)]),
    ("instance_norm3d", lambda: nn.InstanceNorm3d(2, momentum=0.3, track_running_stats=True), [(2, 2, 2, 3, 2)]),
    ("layer_norm", lambda: nn.LayerNorm(6), [(2, 3, 6)]),
    ("layer_norm_axes", lambda: nn.LayerNorm([3, 6], eps=1e-3), [(2, 3, 6)]),
    ("layer_norm_plain", lambda: nn.LayerNorm(6, elementwise_affine=False), [(2, 6)]),
    ("rms_norm", lambda: RMSNorm(6, 1e-5), [(2, 3, 6)]),
    ("group_norm", lambda: nn.GroupNorm(2, 6), [(2, 6, 3, 2)]),
    ("upsample_nearest", lambda: nn.Upsample(scale_factor=2), [(1, 2, 3, 4)]),
    ("upsample_bilinear", lambda: nn.Upsample(size=(5, 7), mode="bilinear", align_corners=True), [(1, 2, 3, 4)]),
    ("pixel_shuffle", lambda: nn.PixelShuffle(2), [(1, 8, 2, 3)]),
    ("pixel_unshuffle", lambda: nn.PixelUnshuffle(2), [(1, 2, 4, 6)]),
    ("zero_pad2d", lambda: nn.ZeroPad2d((1, 2, 0, 3)), [(1, 2, 3, 4)]),
    ("reflection_pad2d", lambda: nn.ReflectionPad2d((1, 2, 0, 2)), [(1, 2, 3, 4)]),
    ("replication_pad1d", lambda: nn.ReplicationPad1d((2, 1)), [(1, 2, 4)]),
    ("flatten", lambda: nn.Flatten(), [(2, 3, 4)]),
    ("flatten_some", lambda: nn.Flatten(0, 1), [(2, 3, 4)]),
    ("unflatten", lambda: nn.Unflatten(1, (2, 3)), [(2, 6, 2)]),
    ("identity", lambda: nn.Identity(), [(2, 3)]),
    ("relu", nn.ReLU, [(3, 7)]),
    ("relu6", nn.ReLU6, [(3, 7)]),
    ("leaky_relu", lambda: nn.LeakyReLU(0.2), [(3, 7)]),
    ("prelu", nn.PReLU, [(3, 7)]),
    ("prelu_channels", lambda: nn.PReLU(3, init=0.1), [(2, 3, 5)]),
    ("threshold", lambda: nn.Threshold(0.1, -2.0), [(3, 7)]),
    ("elu", lambda: nn.ELU(0.7), [(3, 7)]),
    ("selu", nn.SELU, [(3, 7)]),
    ("celu", lambda: nn.CELU(0.7), [(3, 7)]),
    ("gelu", nn.GELU, [(3, 7)]),
    ("gelu_tanh", lambda: nn.GELU("tanh"), [(3, 7)]),
    ("silu", nn.SiLU, [(3, 7)]),
    ("mish", nn.Mish, [(3, 7)]),
    ("softplus", lambda: nn.Softplus(beta=2, threshold=3), [(3, 7)]),
    ("tanh", nn.Tanh, [(3, 7)]),
    ("sigmoid", nn.Sigmoid, [(3, 7)]),
    ("log_sigmoid", nn.LogSigmoid, [(3, 7)]),
    ("softsign", nn.Softsign, [(3, 7)]),
    ("hardtanh", lambda: nn.Hardtanh(-0.5, 0.8), [(3, 7)]),
    ("hardsigmoid", nn.Hardsigmoid, [(3, 7)]),
    ("hardswish", nn.Hardswish, [(3, 7)]),
    ("tanhshrink", nn.Tanhshrink, [(3, 7)]),
    ("hardshrink", nn.Hardshrink, [(3, 7)]),
    ("softshrink", lambda: nn.Softshrink(0.3), [(3, 7)]),
    ("softmax", lambda: nn.Softmax(1), [(2, 5, 3)]),
    ("log_softmax", lambda: nn.LogSoftmax(-1), [(2, 5)]),
    ("glu", lambda: nn.GLU(1), [(2, 6, 2)]),
]


def run(layer, inputs):
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    y = layer(*leaves)
    y.backward(torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape))
    return y, leaves


def case(name, layer, inputs, twice=False):
    torch.manual_seed(abs(hash_of(name)))
    for p in layer.parameters():
        with torch.no_grad():
            p.add_(torch.randn_like(p) * 0.2)
    tensors = {f"before.{k}": v.clone() for k, v in layer.state_dict().items()}
    y, leaves = run(layer, inputs)
    tensors |= {f"x{i}": x for i, x in enumerate(inputs)}
    tensors["y"] = y
    tensors |= {f"gx{i}": x.grad for i, x in enumerate(leaves) if x.grad is not None}
    tensors |= {f"grad.{k}": p.grad.clone() for k, p in layer.named_parameters()}
    if any(True for _ in layer.buffers()):
        layer(*[x * 2 + 1 for x in inputs])
        tensors |= {f"after.{k}": v.clone() for k, v in layer.state_dict().items()}
    if "norm" in name:
        layer.eval()
        tensors["eval"] = layer(*inputs)
    return name, tensors | trained(layer, tensors, lambda: layer(*inputs))


def hash_of(name):
    return sum((i + 1) * ord(c) for i, c in enumerate(name))


cases = []
for name, make, shapes in LAYERS:
    torch.manual_seed(hash_of(name))
    cases.append(case(name, make(), [torch.randn(s) for s in shapes]))
torch.manual_seed(3)
cases.append(case("embedding", nn.Embedding(7, 3), [torch.tensor([[0, 6, 2], [2, 3, 3]])]))
cases.append(case("embedding_padding", nn.Embedding(7, 3, padding_idx=2), [torch.tensor([[0, 6, 2], [2, 3, 3]])]))
save("layers", cases)
