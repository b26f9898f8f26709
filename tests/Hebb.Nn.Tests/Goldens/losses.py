"""Losses with the options that Losses offers: value and gradient of the output."""
import torch
import torch.nn.functional as F

from golden import save

torch.manual_seed(5)
scores, labels = torch.randn(6, 4), torch.tensor([0, 3, 1, 1, 2, 0])
ignored = torch.tensor([0, 3, -100, 1, 2, 3])
marked = torch.tensor([0, 3, 1, 1, 2, 3])
weight = torch.tensor([0.5, 1.0, 2.0, 0.1])
dense, pixels = torch.randn(2, 3, 4), torch.randint(0, 3, (2, 4))
shares = torch.softmax(torch.randn(6, 4), 1)
x, t = torch.randn(5, 3), torch.randn(5, 3) * 2
p, b = torch.sigmoid(torch.randn(5, 3)), torch.rand(5, 3)
CASES = {
    "cross_entropy": (scores, labels, lambda o: F.cross_entropy(o, labels)),
    "cross_entropy_images": (dense, pixels, lambda o: F.cross_entropy(o, pixels)),
    "cross_entropy_shares": (scores, shares, lambda o: F.cross_entropy(o, shares)),
    "cross_entropy_with": (scores, marked, lambda o: F.cross_entropy(o, marked, weight, ignore_index=3, label_smoothing=0.1)),
    "nll": (torch.log_softmax(scores, 1), labels, lambda o: F.nll_loss(o, labels)),
    "nll_with": (torch.log_softmax(scores, 1), ignored, lambda o: F.nll_loss(o, ignored, weight)),
    "mse": (x, t, lambda o: F.mse_loss(o, t)),
    "l1": (x, t, lambda o: F.l1_loss(o, t)),
    "huber": (x, t, lambda o: F.huber_loss(o, t)),
    "huber_with": (x, t, lambda o: F.huber_loss(o, t, delta=0.4)),
    "smooth_l1": (x, t, lambda o: F.smooth_l1_loss(o, t)),
    "smooth_l1_with": (x, t, lambda o: F.smooth_l1_loss(o, t, beta=0.4)),
    "bce": (p, b, lambda o: F.binary_cross_entropy(o, b)),
    "bce_logits": (x, b, lambda o: F.binary_cross_entropy_with_logits(o, b)),
    "bce_logits_with": (x, b, lambda o: F.binary_cross_entropy_with_logits(o, b, torch.tensor([1.0, 2.0, 0.5]), pos_weight=torch.tensor([3.0, 1.0, 0.2]))),
    "kl": (torch.log_softmax(scores, 1), shares, lambda o: F.kl_div(o, shares, reduction="batchmean")),
}
cases = []
for name, (output, target, loss) in CASES.items():
    leaf = output.clone().requires_grad_()
    value = loss(leaf)
    value.backward()
    cases.append((name, {"output": output, "target": target, "loss": value, "grad": leaf.grad, "weight": weight}))
save("losses", cases)
