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


def add(name, inputs, loss):
    """Any number of inputs; value, and gradients of the floats that ask for one."""
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    value = loss(*leaves)
    value.sum().backward()
    tensors = {f"x{i}": v for i, v in enumerate(inputs)} | {"loss": value.detach()}
    cases.append((name, tensors | {f"gx{i}": v.grad for i, v in enumerate(leaves) if v.grad is not None}))


torch.manual_seed(6)
a, b, c = torch.randn(5, 3), torch.randn(5, 3), torch.randn(5, 3)
signs, signs2 = torch.tensor([1, -1, -1, 1, -1]), torch.tensor([[1, -1, 1], [-1, -1, 1], [1, 1, -1], [-1, 1, 1], [1, -1, -1]]).float()
counts = torch.tensor([[0, 1, 4], [2, 0, 7], [1, 3, 0], [5, 1, 2], [0, 0, 1]]).float()
classes, several = torch.tensor([2, 0, 1, 1, 2]), torch.tensor([[2, 0, -1], [-1, 1, 0], [0, 1, 2], [1, -1, 2], [0, -1, -1]])
share = torch.tensor([0.5, 2.0, 1.5])
variance = torch.tensor([0.5, 1e-9, 2.0, 0.1, 1.0])
add("hinge_embedding", [a.abs(), signs2], lambda x, t: F.hinge_embedding_loss(x, t.detach(), margin=1.5))
add("margin_ranking", [a[:, 0], b[:, 0], signs], lambda x, y, t: F.margin_ranking_loss(x, y, t, margin=0.3))
add("multi_margin", [a, classes], F.multi_margin_loss)
add("multi_margin_squared", [a, classes], lambda x, t: F.multi_margin_loss(x, t, p=2, margin=0.7, weight=share))
add("multi_label_margin", [a, several], F.multilabel_margin_loss)
add("multi_label_margin_single", [a[0], several[0]], F.multilabel_margin_loss)
add("soft_margin", [a * 3, signs2], lambda x, t: F.soft_margin_loss(x, t.detach()))
add("multi_label_soft_margin", [a, (signs2 + 1) / 2], lambda x, t: F.multilabel_soft_margin_loss(x, t.detach(), share))
add("poisson", [a, counts], lambda x, t: F.poisson_nll_loss(x, t.detach()))
add("poisson_full", [a.abs() + 0.1, counts], lambda x, t: F.poisson_nll_loss(x, t.detach(), log_input=False, full=True, reduction="sum"))
add("gaussian", [a, b, variance.unsqueeze(1)], lambda x, t, v: F.gaussian_nll_loss(x, t, v))
add("gaussian_full", [a, b, c.abs() + 0.1], lambda x, t, v: F.gaussian_nll_loss(x, t, v, full=True, reduction="sum"))
add("cosine_embedding", [a, b, signs], lambda x, y, t: F.cosine_embedding_loss(x, y, t, margin=0.1))
add("triplet", [a, b, c], F.triplet_margin_loss)
add("triplet_swap", [a, b, c], lambda x, y, z: F.triplet_margin_loss(x, y, z, margin=0.5, p=1, swap=True, reduction="none"))
add("triplet_distance", [a, b, c], lambda x, y, z: F.triplet_margin_with_distance_loss(x, y, z, distance_function=lambda u, v: 1 - F.cosine_similarity(u, v), margin=0.8))
steps, letters = torch.randn(7, 3, 4), torch.tensor([[1, 2, 2], [3, 1, 0], [1, 1, 1]])
lengths, sizes = torch.tensor([7, 5, 4]), torch.tensor([3, 2, 3])
add("ctc", [steps, letters + (letters == 0)], lambda x, t: F.ctc_loss(x.log_softmax(2), t, torch.tensor([7, 7, 7]), torch.tensor([3, 3, 3])))
add("ctc_lengths", [steps, letters, lengths, sizes], lambda x, t, n, m: F.ctc_loss(x.log_softmax(2), t, n, m, reduction="none", zero_infinity=True))
add("ctc_blank", [steps[:, 0], letters[0]], lambda x, t: F.ctc_loss(x.log_softmax(1), t, torch.tensor(7), torch.tensor(3), blank=3, reduction="sum"))
add("ctc_empty", [steps, letters], lambda x, t: F.ctc_loss(x.log_softmax(2), t, torch.tensor([7, 6, 1]), torch.tensor([0, 1, 0])))
scores3, labels3 = torch.randn(2, 3, 4), torch.tensor([[1, 0, -100], [3, -100, 2]])
add("sequence", [scores3, labels3], lambda x, t: F.cross_entropy(x.transpose(1, 2), t, label_smoothing=0.1))
add("distillation", [a, b, classes], lambda x, t, y: 0.7 * 9 * F.kl_div((x / 3).log_softmax(1), (t.detach() / 3).softmax(1), reduction="batchmean") + 0.3 * F.cross_entropy(x, y))
# Other reductions
log_shares, log_scores = shares.log(), torch.log_softmax(scores, 1)
positive = torch.tensor([3.0, 1.0, 0.2])
add("cross_entropy_each", [scores, marked], lambda x, t: F.cross_entropy(x, t, weight, ignore_index=3, label_smoothing=0.1, reduction="none"))
add("cross_entropy_sum", [dense, pixels], lambda x, t: F.cross_entropy(x, t, reduction="sum"))
add("nll_each", [log_scores, labels], lambda x, t: F.nll_loss(x, t, weight, reduction="none"))
add("bce_each", [p, signs2.clamp(0, 1)], lambda x, t: F.binary_cross_entropy(x, t.detach(), positive, reduction="none"))
add("bce_logits_sum", [a, signs2.clamp(0, 1)], lambda x, t: F.binary_cross_entropy_with_logits(x, t.detach(), positive, reduction="sum"))
add("kl_log", [log_scores, log_shares], lambda x, t: F.kl_div(x, t.detach(), log_target=True, reduction="batchmean"))
add("kl_mean", [log_scores, shares], lambda x, t: F.kl_div(x, t.detach(), reduction="mean"))
add("mse_each", [a, b], lambda x, t: F.mse_loss(x, t.detach(), reduction="none"))
add("l1_sum", [a, b], lambda x, t: F.l1_loss(x, t.detach(), reduction="sum"))
add("huber_each", [a, b], lambda x, t: F.huber_loss(x, t.detach(), delta=0.4, reduction="none"))
add("smooth_l1_sum", [a, b], lambda x, t: F.smooth_l1_loss(x, t.detach(), beta=0.4, reduction="sum"))
add("soft_margin_each", [a, signs2], lambda x, t: F.soft_margin_loss(x, t.detach(), reduction="none"))
save("losses", cases)
