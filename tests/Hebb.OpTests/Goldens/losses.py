"""Softmax and losses, with their gradients."""
import torch
import torch.nn.functional as F
from golden import save

torch.manual_seed(1)
cases = []


def add(name, f, *inputs):
    inputs = [x.clone().requires_grad_(True) if x.is_floating_point() else x for x in inputs]
    y = f(*inputs)
    y.backward(torch.linspace(0.5, 1.5, y.numel()).reshape(y.shape) if y.dim() else torch.tensor(0.5))
    cases.append((name, inputs, [y] + [x.grad if x.grad is not None else torch.zeros_like(x) for x in inputs if x.is_floating_point()]))


x2, x4 = torch.randn(6, 7) * 3, torch.randn(2, 4, 3, 5) * 3
t2, t4 = torch.tensor([0, 6, 3, 3, 1, 5]), torch.randint(0, 4, (2, 3, 5))
w7, w4 = torch.rand(7) + 0.2, torch.rand(4) + 0.2
p2 = torch.rand(6, 7).softmax(1)
add("softmax_last", lambda x: x.softmax(-1), x2)
add("softmax_axis1", lambda x: x.softmax(1), x4)
add("log_softmax_last", lambda x: x.log_softmax(-1), x2)
add("log_softmax_axis1", lambda x: x.log_softmax(1), x4)
add("ce", lambda x, t: F.cross_entropy(x, t), x2, t2)
add("ce_none", lambda x, t: F.cross_entropy(x, t, reduction="none"), x4, t4)
add("ce_weight", lambda x, t: F.cross_entropy(x, t, w7), x2, t2)
add("ce_ignore", lambda x, t: F.cross_entropy(x, t, ignore_index=3), x2, t2)
add("ce_all", lambda x, t: F.cross_entropy(x, t, w4, ignore_index=1, label_smoothing=0.1), x4, t4)
add("ce_all_sum", lambda x, t: F.cross_entropy(x, t, w7, ignore_index=3, label_smoothing=0.3, reduction="sum"), x2, t2)
add("ce_probabilities", lambda x, p: F.cross_entropy(x, p, w7, label_smoothing=0.1), x2, p2)
add("nll", lambda x, t: F.nll_loss(x, t, w7, ignore_index=3), x2, t2)
add("huber", lambda a, b: F.huber_loss(a, b, delta=0.8), x2, x2.flip(0) * 0.5)
add("smooth_l1", lambda a, b: F.smooth_l1_loss(a, b, beta=2.0, reduction="none"), x2, x2.flip(0) * 0.5)
add("bce", lambda a, b: F.binary_cross_entropy(a, b), p2, torch.rand(6, 7))
add("bce_logits", lambda a, b: F.binary_cross_entropy_with_logits(a, b, reduction="none"), x2 * 10, torch.rand(6, 7))
add("bce_logits_pos", lambda a, b: F.binary_cross_entropy_with_logits(a, b, pos_weight=w7), x2, torch.rand(6, 7))
add("kl", lambda a, b: F.kl_div(a, b, reduction="batchmean"), x2.log_softmax(1), p2)
add("mse", lambda a, b: F.mse_loss(a, b), x4, x4.flip(1) * 0.5)
add("l1", lambda a, b: F.l1_loss(a, b, reduction="none"), x2, x2.flip(0) * 0.5)
add("kl_log", lambda a, b: F.kl_div(a, b, reduction="sum", log_target=True), x2.log_softmax(1), p2.log())
add("ce_probabilities_maps", lambda x, p: F.cross_entropy(x, p, reduction="none"), x4, torch.rand(2, 4, 3, 5).softmax(1))
cases = [(n, i + ([w7] if n in ("ce_weight", "ce_all_sum", "ce_probabilities", "nll", "bce_logits_pos") else [w4] if n == "ce_all" else []), o) for n, i, o in cases]
save("losses", cases)
