"""Writes texts.json: BLEU with each smoothing by nltk 3.8 (Debian 12: python3-nltk), whose methods 1, 2 and 3 are Hebb's Floor, AddOne and Exponential, and chrF by its equation
(Popović 2015, with sacreBLEU's averages) from nltk's n-grams.
Run: /usr/bin/python3 texts.py > texts.json"""
import json
import random
import re
from collections import Counter

from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu
from nltk.util import ngrams

random.seed(11)
words = "the a cat dog sat ran on under mat tree , while two old birds sang in Köln".split()


def chrf(pairs, characters, orders, beta=2):
    common, own, other = Counter(), Counter(), Counter()
    for text, reference in pairs:
        for n in range(1, characters + orders + 1):
            cut = (lambda s: re.sub(r"\s", "", s)) if n <= characters else str.split
            size = n if n <= characters else n - characters
            a, b = Counter(ngrams(cut(text), size)), Counter(ngrams(cut(reference), size))
            common[n] += sum((a & b).values())
            own[n] += sum(a.values())
            other[n] += sum(b.values())
    used = [n for n in own if own[n] and other[n]]
    precision, recall = sum(common[n] / own[n] for n in used) / len(used), sum(common[n] / other[n] for n in used) / len(used)
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall) if precision + recall else 0


cases = []
for overlap in (0.9, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15):
    texts = []
    for _ in range(3):
        reference = [random.choice(words) for _ in range(random.randint(6, 12))]
        text = [w if random.random() < overlap else random.choice(words) for w in reference][: random.randint(5, 12)]
        texts.append((" ".join(text), " ".join(reference)))
    lists = [[r.split()] for _, r in texts], [t.split() for t, _ in texts]
    smoothing = SmoothingFunction()
    cases.append({
        "texts": texts,
        "none": corpus_bleu(*lists) if overlap > 0.8 else None,
        "floor": corpus_bleu(*lists, smoothing_function=smoothing.method1),
        "add_one": corpus_bleu(*lists, smoothing_function=smoothing.method2),
        "exponential": corpus_bleu(*lists, smoothing_function=smoothing.method3),
        "chrf": chrf(texts, 6, 0),
        "chrf_2": chrf(texts, 6, 2),
        "chrf_short": chrf(texts, 3, 1, 1),
    })
print(json.dumps(cases, ensure_ascii=False, indent=1))
