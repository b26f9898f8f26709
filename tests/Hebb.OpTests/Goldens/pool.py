"""Pooling, with gradients; with two outputs the second are indices."""
import torch
import torch.nn.functional as F
from golden import save

torch.manual_seed(4)
cases = []


def add(name, f, *inputs):
    inputs = [x.clone().requires_grad_(True) for x in inputs]
    y = f(*inputs)
    y, rest = (y[0], list(y[1:])) if isinstance(y, tuple) else (y, [])
    y.backward(torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape))
    cases.append((name, inputs, [y] + [x.grad for x in inputs] + rest))


line, image, volume = torch.randn(1, 2, 17), torch.randn(1, 2, 9, 11), torch.randn(1, 1, 5, 6, 7)
for indices in [False, True]:
    end = "_indices" if indices else ""
    add("max1d" + end, lambda x: F.max_pool1d(x, 3, return_indices=indices), line)
    add("max1d_all" + end, lambda x: F.max_pool1d(x, 4, 2, 2, 2, ceil_mode=True, return_indices=indices), line)
    add("max2d" + end, lambda x: F.max_pool2d(x, 2, return_indices=indices), image)
    add("max2d_all" + end, lambda x: F.max_pool2d(x, (3, 2), (2, 3), (1, 0), (1, 2), ceil_mode=True, return_indices=indices), image)
    add("max3d_all" + end, lambda x: F.max_pool3d(x, (2, 3, 2), (1, 2, 2), (1, 1, 0), ceil_mode=True, return_indices=indices), volume)
    add("adaptive_max1d" + end, lambda x: F.adaptive_max_pool1d(x, 5, return_indices=indices), line)
    add("adaptive_max2d" + end, lambda x: F.adaptive_max_pool2d(x, (4, 3), return_indices=indices), image)
    add("adaptive_max3d" + end, lambda x: F.adaptive_max_pool3d(x, (2, 4, None), return_indices=indices), volume)
ties = torch.tensor([[[1.0, 1, 2, 2], [1, 1, 2, 2], [0, -1, float("-inf"), float("-inf")], [-1, 0, float("-inf"), float("-inf")]]])
add("max2d_ties_indices", lambda x: F.max_pool2d(x, 2, return_indices=True), ties)
add("max2d_ties_padded_indices", lambda x: F.max_pool2d(x, 3, 1, 1, return_indices=True), ties)
add("avg1d", lambda x: F.avg_pool1d(x, 3), line)
add("avg1d_all", lambda x: F.avg_pool1d(x, 5, 3, 2, ceil_mode=True), line)
add("avg2d", lambda x: F.avg_pool2d(x, (2, 3)), image)
add("avg2d_all", lambda x: F.avg_pool2d(x, (3, 2), (2, 3), (1, 1), ceil_mode=True), image)
add("avg2d_not_counted", lambda x: F.avg_pool2d(x, (3, 2), (2, 3), (1, 1), ceil_mode=True, count_include_pad=False), image)
add("avg2d_divisor", lambda x: F.avg_pool2d(x, 3, 2, 1, divisor_override=5), image)
add("avg3d", lambda x: F.avg_pool3d(x, (2, 3, 2), (2, 2, 1), (1, 1, 0), ceil_mode=True), volume)
add("adaptive_avg1d", lambda x: F.adaptive_avg_pool1d(x, 5), line)
add("adaptive_avg2d", lambda x: F.adaptive_avg_pool2d(x, (4, 3)), image)
add("adaptive_avg2d_whole", lambda x: F.adaptive_avg_pool2d(x, 1), image)
add("adaptive_avg3d", lambda x: F.adaptive_avg_pool3d(x, (2, 4, None)), volume)
add("unpool1d", lambda x: F.max_unpool1d(*F.max_pool1d(x, 3, return_indices=True), 3, output_size=[17]), line)
add("unpool2d", lambda x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2, output_size=[9, 11]), image)
add("unpool3d", lambda x: F.max_unpool3d(*F.max_pool3d(x, (1, 2, 1), return_indices=True), (1, 2, 1)), volume)
add("lp1d", lambda x: F.lp_pool1d(x, 2, 3), line)
add("lp1d_sum", lambda x: F.lp_pool1d(x, 1, 3, 2), line)
add("lp2d", lambda x: F.lp_pool2d(x, 4, (3, 2), 2, ceil_mode=True), image)
save("pool", cases)
