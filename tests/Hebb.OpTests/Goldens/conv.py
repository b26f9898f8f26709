"""Convolutions and their transposes, with gradients."""
import torch
import torch.nn.functional as F
from golden import save

torch.manual_seed(3)
cases = []


def add(name, f, *inputs):
    inputs = [x.clone().requires_grad_(True) for x in inputs]
    y = f(*inputs)
    y.backward(torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape))
    cases.append((name, inputs, [y] + [x.grad for x in inputs]))


r = torch.randn
add("conv1d", lambda x, w, b: F.conv1d(x, w, b), r(3, 4, 11), r(5, 4, 3), r(5))
add("conv1d_all", lambda x, w, b: F.conv1d(x, w, b, stride=2, padding=3, dilation=2, groups=2), r(1, 4, 13), r(6, 2, 4), r(6))
add("conv1d_same", lambda x, w: F.conv1d(x, w, padding="same", dilation=3), r(2, 2, 9), r(3, 2, 4))
add("conv2d", lambda x, w, b: F.conv2d(x, w, b, padding=1), r(2, 3, 6, 7), r(9, 3, 3, 3), r(9))
add("conv2d_wide", lambda x, w: F.conv2d(x, w, padding=(2, 0)), r(1, 17, 4, 9), r(5, 17, 2, 3) * 0.1)
add("conv2d_strided", lambda x, w, b: F.conv2d(x, w, b, stride=(2, 3), padding=(1, 2), dilation=(2, 1)), r(1, 3, 9, 10), r(4, 3, 3, 2), r(4))
add("conv2d_groups", lambda x, w, b: F.conv2d(x, w, b, stride=2, padding=1, groups=3), r(1, 6, 7, 6), r(9, 2, 3, 3), r(9))
add("conv2d_depthwise", lambda x, w, b: F.conv2d(x, w, b, padding=2, groups=4), r(1, 4, 6, 7), r(8, 1, 5, 5), r(8))
add("conv2d_pointwise", lambda x, w, b: F.conv2d(x, w, b), r(1, 5, 4, 6), r(7, 5, 1, 1), r(7))
add("conv2d_same", lambda x, w, b: F.conv2d(x, w, b, padding="same", dilation=(1, 2)), r(1, 2, 6, 7), r(3, 2, 4, 2), r(3))
add("conv2d_single", lambda x, w, b: F.conv2d(x, w, b, stride=2), r(2, 7, 8), r(3, 2, 3, 3), r(3))
add("conv3d", lambda x, w, b: F.conv3d(x, w, b, stride=(1, 2, 1), padding=(1, 0, 2), dilation=(1, 1, 2)), r(1, 2, 4, 6, 5), r(3, 2, 3, 2, 3), r(3))
add("conv3d_groups", lambda x, w: F.conv3d(x, w, groups=2), r(2, 4, 3, 4, 4), r(4, 2, 2, 3, 2))
add("transpose1d", lambda x, w, b: F.conv_transpose1d(x, w, b), r(2, 3, 6), r(3, 4, 3), r(4))
add("transpose1d_all", lambda x, w, b: F.conv_transpose1d(x, w, b, stride=3, padding=2, output_padding=1, groups=2, dilation=2), r(2, 4, 5), r(4, 3, 3), r(6))
add("transpose2d", lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2, padding=1, output_padding=1), r(2, 3, 4, 5), r(3, 4, 3, 3), r(4))
add("transpose2d_dilated", lambda x, w: F.conv_transpose2d(x, w, stride=(1, 2), padding=1, output_padding=(2, 3), dilation=(3, 4)), r(1, 2, 3, 4), r(2, 3, 2, 2))
add("transpose2d_groups", lambda x, w, b: F.conv_transpose2d(x, w, b, groups=2, padding=(0, 1)), r(2, 4, 3, 4), r(4, 3, 2, 3), r(6))
add("transpose3d", lambda x, w, b: F.conv_transpose3d(x, w, b, stride=(2, 1, 2), padding=(0, 1, 1), output_padding=(1, 0, 0)), r(1, 2, 3, 3, 4), r(2, 3, 2, 3, 2), r(3))
save("conv", cases)
