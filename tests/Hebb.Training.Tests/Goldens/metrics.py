"""Writes metrics.json: figures of scikit-learn 1.2, scipy 1.10 and nltk 3.8 (Debian 12: python3-sklearn, python3-scipy, python3-nltk).
Run: /usr/bin/python3 metrics.py > metrics.json"""
import json
import warnings

import numpy as np
import scipy.linalg
import scipy.special
import scipy.stats
from nltk.translate.bleu_score import corpus_bleu
from sklearn import metrics as sk

warnings.filterwarnings("ignore")
r = np.random.default_rng(7)
N, C, L = 40, 4, 3
data, values = {}, {}


def keep(name, a):
    a = np.asarray(a)
    data[name] = {"shape": list(a.shape), "data": [float(f"{v:.9g}") for v in a.reshape(-1).tolist()]}
    return np.array(data[name]["data"]).reshape(a.shape)


logits = keep("logits", np.round(r.normal(0, 1.5, (N, C)), 2))
classes = keep("classes", r.integers(0, C, N)).astype(int)
logit = keep("logit", np.round(r.normal(0.2, 1, N), 1))
binary = keep("binary", (r.random(N) < 1 / (1 + np.exp(-logit))) * 1).astype(int)
labelLogits = keep("labelLogits", np.round(r.normal(0, 1, (N, L)), 1))
labels = keep("labels", (r.random((N, L)) < 0.4) * 1).astype(int)
answers = logits.argmax(1)
p = scipy.special.softmax(logits, 1)
taken = (logit > 0) * 1
labelTaken = (labelLogits > 0) * 1

for a in ("macro", "micro", "weighted"):
    values[f"precision_{a}"] = sk.precision_score(classes, answers, average=a)
    values[f"recall_{a}"] = sk.recall_score(classes, answers, average=a)
    values[f"f1_{a}"] = sk.f1_score(classes, answers, average=a)
    values[f"f2_{a}"] = sk.fbeta_score(classes, answers, beta=2, average=a)
    values[f"jaccard_{a}"] = sk.jaccard_score(classes, answers, average=a)
for a in ("macro", "micro", "weighted", "samples"):
    values[f"labels_precision_{a}"] = sk.precision_score(labels, labelTaken, average=a)
    values[f"labels_recall_{a}"] = sk.recall_score(labels, labelTaken, average=a)
    values[f"labels_f1_{a}"] = sk.f1_score(labels, labelTaken, average=a)
    values[f"labels_f0.5_{a}"] = sk.fbeta_score(labels, labelTaken, beta=0.5, average=a)
    values[f"labels_jaccard_{a}"] = sk.jaccard_score(labels, labelTaken, average=a)
one = [sk.recall_score(classes != c, answers != c) for c in range(C)]
values["specificity_macro"] = np.mean(one)
values["npv_macro"] = np.mean([sk.precision_score(classes != c, answers != c) for c in range(C)])
values["precision"] = sk.precision_score(binary, taken)
values["f2"] = sk.fbeta_score(binary, taken, beta=2)
values["specificity"] = sk.recall_score(binary, taken, pos_label=0)
values["jaccard"] = sk.jaccard_score(binary, taken)
values["balanced_accuracy"] = sk.balanced_accuracy_score(classes, answers)
values["matthews"] = sk.matthews_corrcoef(classes, answers)
values["binary_matthews"] = sk.matthews_corrcoef(binary, taken)
values["kappa"] = sk.cohen_kappa_score(classes, answers)
values["kappa_linear"] = sk.cohen_kappa_score(classes, answers, weights="linear")
values["kappa_quadratic"] = sk.cohen_kappa_score(classes, answers, weights="quadratic")
values["labels_hamming"] = sk.hamming_loss(labels, labelTaken)
values["hamming"] = sk.hamming_loss(classes, answers)
values["labels_exact_match"] = sk.accuracy_score(labels, labelTaken)
values["top2_accuracy"] = sk.top_k_accuracy_score(classes, logits, k=2)
values["auroc"] = sk.roc_auc_score(classes, p, multi_class="ovr", average="macro")
values["auroc_weighted"] = sk.roc_auc_score(classes, p, multi_class="ovr", average="weighted")
values["binary_auroc"] = sk.roc_auc_score(binary, logit)
hot = np.eye(C, dtype=int)[classes]
values["probabilities_auroc_micro"] = sk.roc_auc_score(hot, p, average="micro")
values["probabilities_average_precision_micro"] = sk.average_precision_score(hot, p, average="micro")
values["average_precision"] = sk.average_precision_score(hot, p, average="macro")
values["average_precision_weighted"] = sk.average_precision_score(hot, p, average="weighted")
values["binary_average_precision"] = sk.average_precision_score(binary, logit)
for a in ("macro", "micro", "weighted"):
    suffix = "" if a == "macro" else "_" + a
    values["labels_auroc" + suffix] = sk.roc_auc_score(labels, labelLogits, average=a)
    values["labels_average_precision" + suffix] = sk.average_precision_score(labels, labelLogits, average=a)
precision, recall, thresholds = sk.precision_recall_curve(binary, logit)
fpr, tpr, _ = sk.roc_curve(binary, logit, drop_intermediate=False)
values["precision_at_recall_0.7"] = precision[recall >= 0.7].max()
values["recall_at_precision_0.6"] = recall[precision >= 0.6].max()
values["sensitivity_at_specificity_0.6"] = tpr[1 - fpr >= 0.6].max()
values["specificity_at_sensitivity_0.7"] = (1 - fpr)[tpr >= 0.7].max()
keep("curve_fpr", fpr)
keep("curve_tpr", tpr)
values["log_loss"] = sk.log_loss(classes, p)
values["perplexity"] = np.exp(sk.log_loss(classes, p))
values["binary_log_loss"] = sk.log_loss(binary, scipy.special.expit(logit))
values["binary_brier"] = sk.brier_score_loss(binary, scipy.special.expit(logit))
values["brier"] = ((p - hot) ** 2).sum(1).mean()

y = keep("y", np.round(r.normal(3, 2, (N, 2)), 1))
t = keep("t", np.round(y + r.normal(0, 1, (N, 2)), 1))
py, pt = keep("py", np.abs(y) + 0.1), keep("pt", np.abs(t) + 0.1)
values["mae"] = sk.mean_absolute_error(t, y)
values["mse"] = sk.mean_squared_error(t, y)
values["rmse"] = np.sqrt(sk.mean_squared_error(t, y))
values["positive_mape"] = sk.mean_absolute_percentage_error(pt, py)
values["positive_msle"] = sk.mean_squared_log_error(pt, py)
values["max_error"] = sk.max_error(t.reshape(-1), y.reshape(-1))
values["median_ae"] = sk.median_absolute_error(t.reshape(-1), y.reshape(-1))
values["r2"] = sk.r2_score(t, y)
values["explained_variance"] = sk.explained_variance_score(t, y)
values["pinball_0.3"] = sk.mean_pinball_loss(t, y, alpha=0.3)
for power in (0, 1, 1.5, 2, 3, -1):
    values[f"positive_tweedie_{power}"] = sk.mean_tweedie_deviance(pt.reshape(-1), py.reshape(-1), power=power)
values["pearson"] = np.mean([scipy.stats.pearsonr(y[:, c], t[:, c])[0] for c in range(2)])
values["spearman"] = np.mean([scipy.stats.spearmanr(y[:, c], t[:, c])[0] for c in range(2)])
values["kendall"] = np.mean([scipy.stats.kendalltau(y[:, c], t[:, c])[0] for c in range(2)])
values["log_cosh"] = np.log(np.cosh(y - t)).mean()
values["cosine_similarity"] = np.diag(sk.pairwise.cosine_similarity(y, t)).mean()
values["minkowski_3"] = np.linalg.norm((y - t).reshape(-1), 3)
values["positive_smape"] = (2 * np.abs(py - pt) / (py + pt)).mean()
values["positive_wmape"] = np.abs(py - pt).sum() / pt.sum()
values["relative_squared_error"] = np.mean([((y - t)[:, c] ** 2).sum() / ((t[:, c] - t[:, c].mean()) ** 2).sum() for c in range(2)])
cov = [np.cov(y[:, c], t[:, c], ddof=0) for c in range(2)]
values["concordance"] = np.mean([2 * cov[c][0, 1] / (cov[c][0, 0] + cov[c][1, 1] + (y[:, c].mean() - t[:, c].mean()) ** 2) for c in range(2)])
values["theil_u"] = np.sqrt(((y - t) ** 2).mean()) / (np.sqrt((y ** 2).mean()) + np.sqrt((t ** 2).mean()))

# No two scores of a row alike: ties are broken in other ways there.
ranks = keep("ranks", np.argsort(r.random((N, 8)), 1))
gains = keep("gains", r.integers(0, 4, (N, 8)) * (r.random((N, 8)) < 0.5)).astype(int)
some = gains.sum(1) > 0
values["gains_ndcg"] = sk.ndcg_score(gains, ranks)
values["gains_ndcg_at_3"] = sk.ndcg_score(gains, ranks, k=3)
values["gains_map"] = np.where(some, [sk.average_precision_score(g > 0, s) if (g > 0).any() else 0 for g, s in zip(gains, ranks)], 0).mean()
values["labels_lrap"] = sk.label_ranking_average_precision_score(labels, labelLogits)
values["labels_label_ranking_loss"] = sk.label_ranking_loss(labels, labelLogits)
values["labels_coverage_error"] = sk.coverage_error(labels, labelLogits)

made, real = keep("made", r.normal(0, 1, (N, 5)) @ r.normal(0, 1, (5, 5)) + 100), keep("real", r.normal(0.5, 1, (N, 5)) + 100)
a, b = np.cov(made.T), np.cov(real.T)
values["frechet_distance"] = ((made.mean(0) - real.mean(0)) ** 2).sum() + np.trace(a + b - 2 * scipy.linalg.sqrtm(a @ b).real)

words = "the cat sat on a mat and dog ran off with big red ball".split()
hypotheses, references = [], []
for i in range(12):
    base = [str(w) for w in r.choice(words, 12)]
    other = [str(w) if r.random() < 0.15 else b for b, w in zip(base, r.choice(words, 12))][: 9 + i % 4]
    third = [str(w) if r.random() < 0.3 else b for b, w in zip(base, r.choice(words, 12))] + ["off"] * (i % 3)
    hypotheses.append(base[: 8 + i % 5])
    references.append([other, third])
values["bleu"] = corpus_bleu(references, hypotheses)
values["bleu_2"] = corpus_bleu(references, hypotheses, weights=(0.5, 0.5))

print(json.dumps({"values": {k: float(v) for k, v in values.items()}, "data": data,
                  "texts": [{"text": " ".join(h), "references": [" ".join(x) for x in rs]} for h, rs in zip(hypotheses, references)]}))
