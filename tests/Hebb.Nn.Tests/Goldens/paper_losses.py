"""Losses that torch 1.13 has not, written out from their papers in float64, element by element: value and gradients of all float inputs."""
import math
from itertools import combinations_with_replacement, product

import torch

from golden import save

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
cases = []


def add(name, inputs, loss):
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    value = loss(*leaves)
    value.backward()
    tensors = {f"x{i}": v for i, v in enumerate(inputs)} | {"loss": value.detach()}
    cases.append((name, tensors | {f"gx{i}": v.grad for i, v in enumerate(leaves) if v.grad is not None}))


def mean(terms):
    terms = list(terms)
    return sum(terms) / len(terms)


def norm(v):
    return torch.sqrt((v * v).sum())


def unit(v):
    return v / norm(v)


a, b, c = torch.randn(4, 3), torch.randn(4, 3), torch.randn(5, 3)
bits, labels = torch.tensor([[1, 0, 1], [0, 0, 1], [1, 1, 0], [0, 1, 0]]), torch.tensor([2, 0, 1, 1])
signs = bits * 2 - 1

# Lin et al., 2017: -alpha_t (1 - p_t)^gamma log p_t
def focal(x, t, alpha=0.25, gamma=2.0):
    def one(x, t):
        p = 1 / (1 + torch.exp(-x))
        return -alpha * (1 - p) ** gamma * torch.log(p) if t == 1 else -(1 - alpha) * p ** gamma * torch.log(1 - p)
    return mean(one(u, v) for u, v in zip(x.reshape(-1), t.reshape(-1)))


add("binary_focal", [a, bits], focal)
add("binary_focal_with", [a, bits], lambda x, t: focal(x, t, 0.6, 1.5))
class_weight = [0.5, 2.0, 1.0]
softmax = lambda x: torch.exp(x) / torch.exp(x).sum()
add("focal", [a, labels], lambda x, t: mean(-(1 - softmax(r)[k]) ** 2 * torch.log(softmax(r)[k]) for r, k in zip(x, t)))
add("focal_with", [a, labels], lambda x, t: mean(-class_weight[k] * (1 - softmax(r)[k]) ** 0.7 * torch.log(softmax(r)[k]) for r, k in zip(x, t)))

# Milletari et al., 2016; Salehi et al., 2017; Abraham and Khan, 2019: of each example and class
p, marks = torch.rand(2, 3, 2, 2), torch.randint(0, 2, (2, 3, 2, 2))
picture = torch.tensor([[[0, 2], [1, 1]], [[2, 2], [2, 0]]])
pairs = lambda p, t: [(p[n, k].reshape(-1), t[n, k].reshape(-1)) for n in range(2) for k in range(3)]
add("dice", [p, marks], lambda p, t: mean(1 - (2 * (u * v).sum() + 1) / (u.sum() + v.sum() + 1) for u, v in pairs(p, t)))
add("dice_squared", [p, picture], lambda p, t: mean(1 - (2 * (u * v).sum() + 0.5) / ((u * u).sum() + (v * v).sum() + 0.5) for u, v in pairs(p, torch.stack([(t == k).long() for k in range(3)], 1))))
tversky = lambda u, v, alpha, beta, s: ((u * v).sum() + s) / ((u * v).sum() + alpha * (u * (1 - v)).sum() + beta * ((1 - u) * v).sum() + s)
add("tversky", [p, marks], lambda p, t: mean(1 - tversky(u, v, 0.3, 0.7, 1) for u, v in pairs(p, t)))
add("tversky_focal", [p, marks], lambda p, t: mean((1 - tversky(u, v, 0.4, 0.6, 0.1)) ** 0.75 for u, v in pairs(p, t)))

# Rezatofighi et al., 2019; Zheng et al., 2020
boxes = torch.tensor([[0.0, 0.0, 2.0, 3.0], [1.0, 1.0, 2.5, 2.0], [0.0, 0.0, 1.0, 1.0], [-1.0, 0.5, 1.5, 2.0]])
goals = torch.tensor([[0.5, 1.0, 2.5, 2.5], [0.8, 0.7, 3.0, 2.2], [2.0, 3.0, 4.0, 3.5], [-0.5, 0.0, 1.0, 3.0]])


def box(x, t, kind):
    area = lambda l, u, r, d: (r - l) * (d - u)
    w, h = min(x[2], t[2]) - max(x[0], t[0]), min(x[3], t[3]) - max(x[1], t[1])
    shared = w * h if w > 0 and h > 0 else x.sum() * 0
    union = area(*x) + area(*t) - shared
    iou = shared / union
    hull = min(x[0], t[0]), min(x[1], t[1]), max(x[2], t[2]), max(x[3], t[3])
    if kind == "iou":
        return 1 - iou
    if kind == "giou":
        return 1 - iou + (area(*hull) - union) / area(*hull)
    centre = ((x[0] + x[2]) / 2 - (t[0] + t[2]) / 2) ** 2 + ((x[1] + x[3]) / 2 - (t[1] + t[3]) / 2) ** 2
    loss = 1 - iou + centre / ((hull[2] - hull[0]) ** 2 + (hull[3] - hull[1]) ** 2)
    if kind == "ciou":
        v = 4 / math.pi ** 2 * (torch.atan((t[2] - t[0]) / (t[3] - t[1])) - torch.atan((x[2] - x[0]) / (x[3] - x[1]))) ** 2
        loss = loss + (v / (1 - iou + v)).detach() * v
    return loss


for kind in ["iou", "giou", "diou", "ciou"]:
    add(kind, [boxes, goals], lambda x, t: mean(box(u, v, kind) for u, v in zip(x, t)))

# Hadsell et al., 2006; van den Oord et al., 2018; Chen et al., 2020; Khosla et al., 2020
add("contrastive", [a, b, bits[:, 0]], lambda x, y, t: mean(0.5 * norm(u - v) ** 2 if k == 1 else 0.5 * max(torch.zeros(()), 2 - norm(u - v)) ** 2 for u, v, k in zip(x, y, t)))
nce = lambda scores, right: -torch.log(torch.exp(scores[right]) / sum(torch.exp(s) for s in scores))
add("info_nce", [a, b], lambda q, k: mean(nce([unit(q[i]) @ unit(v) / 0.2 for v in k], i) for i in range(4)))
add("info_nce_negatives", [a, b, c], lambda q, k, n: mean(nce([unit(q[i]) @ unit(v) / 0.07 for v in [k[i], *n]], 0) for i in range(4)))


def nt_xent(x, y):
    z = [unit(v) for v in [*x, *y]]
    return mean(nce([z[i] @ z[j] / 0.5 for j in range(8) if j != i], [j for j in range(8) if j != i].index((i + 4) % 8)) for i in range(8))


def sup_con(x, t):
    z, terms = [unit(v) for v in x], []
    for i in range(len(x)):
        same = [j for j in range(len(x)) if j != i and t[j] == t[i]]
        others = sum(torch.exp(z[i] @ z[j] / 0.3) for j in range(len(x)) if j != i)
        if same:
            terms.append(-mean(torch.log(torch.exp(z[i] @ z[j] / 0.3) / others) for j in same))
    return mean(terms)


add("nt_xent", [a, b], nt_xent)
add("supervised_contrastive", [torch.cat([a, b]), torch.tensor([0, 1, 1, 2, 0, 1, 3, 0])], sup_con)
add("cosine_similarity", [a, b], lambda x, y: -mean(unit(u) @ unit(v) for u, v in zip(x, y)))

# Graves, 2012: the sum over all ways to spread the letters over the steps
def transducer(x, t, steps, letters, blank):
    logp, total = torch.log_softmax(x, -1), []
    for spread in combinations_with_replacement(range(steps), letters):
        score = sum((logp[s, u, t[u]] for u, s in enumerate(spread)), torch.zeros(()))
        score = score + sum(logp[s, sum(1 for v in spread if v <= s), blank] for s in range(steps))
        total.append(score)
    return -torch.logsumexp(torch.stack(total), 0)


joint, words = torch.randn(3, 4, 3, 5), torch.tensor([[1, 2], [3, 3], [0, 1]])
add("transducer", [joint, words], lambda x, t: mean(transducer(x[n], t[n], 4, 2, 4) for n in range(3)))
add("transducer_lengths", [joint, words, torch.tensor([4, 2, 1]), torch.tensor([1, 2, 0])], lambda x, t, n, m: sum(transducer(x[i], t[i], int(n[i]), int(m[i]), 4) for i in range(3)))
add("transducer_blank", [joint[:2], torch.tensor([[1, 2], [3, 4]])], lambda x, t: mean(transducer(x[n], t[n], 4, 2, 0) for n in range(2)))

# Koenker and Bassett, 1978, and the plain ones
pinball = lambda e, q: q * e if e >= 0 else (q - 1) * e
add("quantile", [a, b], lambda x, t: mean(pinball(v - u, 0.9) for u, v in zip(x.reshape(-1), t.reshape(-1))))
add("quantiles", [a, b[:, 0]], lambda x, t: mean(pinball(t[i] - x[i, j], q) for i in range(4) for j, q in enumerate([0.1, 0.5, 0.8])))
add("log_cosh", [a * 3, b], lambda x, t: mean(torch.log(torch.cosh(u - v)) for u, v in zip(x.reshape(-1), t.reshape(-1))))
add("msle", [a.abs(), b.abs()], lambda x, t: mean((torch.log(1 + u) - torch.log(1 + v)) ** 2 for u, v in zip(x.reshape(-1), t.reshape(-1))))
add("mape", [a, b], lambda x, t: 100 * mean(abs(u - v) / abs(v) for u, v in zip(x.reshape(-1), t.reshape(-1))))
add("hinge", [a, signs], lambda x, t: mean(max(torch.zeros(()), 1 - u * v) for u, v in zip(x.reshape(-1), t.reshape(-1))))
add("squared_hinge", [a, signs], lambda x, t: mean(max(torch.zeros(()), 1 - u * v) ** 2 for u, v in zip(x.reshape(-1), t.reshape(-1))))

# Goodfellow et al., 2014; Arjovsky et al., 2017; Lim and Ye, 2017; Mao et al., 2017; Mescheder et al., 2018
real, fake = torch.randn(5), torch.randn(5)
sigmoid = lambda x: 1 / (1 + torch.exp(-x))
zero = torch.zeros(())
add("wasserstein_critic", [real, fake], lambda r, f: mean(f) - mean(r))
add("wasserstein_generator", [fake], lambda f: -mean(f))
add("hinge_critic", [real, fake], lambda r, f: mean(max(zero, 1 - u) for u in r) + mean(max(zero, 1 + u) for u in f))
add("discriminator", [real, fake], lambda r, f: -mean(torch.log(sigmoid(u)) for u in r) - mean(torch.log(1 - sigmoid(u)) for u in f))
add("generator", [fake], lambda f: -mean(torch.log(sigmoid(u)) for u in f))
add("least_squares_critic", [real, fake], lambda r, f: 0.5 * mean((u - 1) ** 2 for u in r) + 0.5 * mean(u ** 2 for u in f))
add("least_squares_generator", [fake], lambda f: 0.5 * mean((u - 1) ** 2 for u in f))
# The critic w . sin(x): gradient w cos(x)
add("r1", [a, torch.randn(3)], lambda x, w: 5 / 2 * mean(((w * torch.cos(v.detach())) ** 2).sum() for v in x))
cases[-1][1].pop("gx0", None)

# Kingma and Welling, 2014: the divergence by its integral's closed form, log(s2 / s1) + (s1^2 + (m1 - m2)^2) / (2 s2^2) - 1/2
def divergence(m, v, n, w):
    return 0.5 * (w - v) + (torch.exp(v) + (m - n) ** 2) / (2 * torch.exp(w)) - 0.5


m2, v2 = torch.randn(4, 3), torch.randn(4, 3)
total = lambda m, v, n, w: sum(divergence(*q) for q in zip(m.reshape(-1), v.reshape(-1), n.reshape(-1), w.reshape(-1))) / 4
add("normal_divergence", [a, b], lambda m, v: total(m, v, torch.zeros(4, 3), torch.zeros(4, 3)))
add("normal_divergence_of_two", [a, b, m2, v2], total)
add("bernoulli_elbo", [torch.randn(4, 2), torch.rand(4, 2), a, b], lambda x, t, m, v: -sum(k * torch.log(sigmoid(u)) + (1 - k) * torch.log(1 - sigmoid(u)) for u, k in zip(x.reshape(-1), t.reshape(-1))) / 4
    + 0.5 * total(m, v, torch.zeros(4, 3), torch.zeros(4, 3)))
add("gaussian_elbo", [torch.randn(4, 2), torch.rand(4, 2), a, b], lambda x, t, m, v: sum((u - k) ** 2 / (2 * 0.3) for u, k in zip(x.reshape(-1), t.reshape(-1))) / 4 + total(m, v, torch.zeros(4, 3), torch.zeros(4, 3)))

# Graves et al., 2006, once more from its definition: the sum over all paths of the steps that spell the text
def ctc(x, t):
    logp, total = torch.log_softmax(x, -1), []
    for path in product(range(3), repeat=4):
        spelt = [k for i, k in enumerate(path) if k != 0 and (i == 0 or k != path[i - 1])]
        if spelt == t.tolist():
            total.append(sum(logp[i, k] for i, k in enumerate(path)))
    return -torch.logsumexp(torch.stack(total), 0) / len(t)


add("ctc_paths", [torch.randn(4, 3), torch.tensor([2, 2])], ctc)
save("paper_losses", cases)
