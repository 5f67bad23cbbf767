"""Classification scores and AUROC by scikit-learn.

Pinned: numpy 2.4.6, scikit-learn 1.9.1. Run in this folder: python metric.py
"""

import json
import warnings

import numpy as np
from sklearn import metrics

warnings.filterwarnings("ignore")
rng = np.random.default_rng(3)
classification = []
drawn = []
for total, classes, right in [(300, 7, 0.6), (40, 12, 0.3), (5, 3, 1.0), (6, 4, 0.0)]:
    # The last class is predicted but never true, so labels present in y_true matter.
    true = rng.integers(0, classes - 1, total)
    guess = np.where(rng.random(total) < right, true, rng.integers(0, classes, total))
    if right == 0.0:
        guess = (true + 1) % classes
    drawn.append(("drawn", classes, true, guess))
more = np.random.default_rng(13)
true = more.integers(0, 5, 61)
drawn.append(("a class that is never predicted", 5, true, np.where(true == 2, 4, true)))
drawn.append(("one class", 1, np.zeros(4, int), np.zeros(4, int)))
drawn.append(("one image", 3, np.array([1]), np.array([2])))
for case, classes, true, guess in drawn:
    present = np.unique(true)
    f1 = metrics.f1_score(true, guess, average=None, labels=present)
    classification.append(
        {
            "case": case,
            "classes": classes,
            "true": true.tolist(),
            "predicted": guess.tolist(),
            "accuracy": 100 * metrics.accuracy_score(true, guess),
            "macro_f1": 100 * metrics.f1_score(true, guess, average="macro", labels=present),
            "perclass_accuracy": 100 * metrics.recall_score(true, guess, average="macro", labels=present),
            "per_class_f1": [100 * x for x in f1],
            "per_class_accuracy": [100 * x for x in metrics.recall_score(true, guess, average=None, labels=present)],
            "confusion": metrics.confusion_matrix(true, guess, labels=range(classes)).tolist(),
        }
    )
detection = []
for total, levels in [(200, None), (60, 5), (30, 1), (3, None)]:
    wrong = rng.random(total) < 0.4
    wrong[:2] = [True, False]
    clean = np.clip(rng.normal(np.where(wrong, 0.35, 0.65), 0.2), 0, 1)
    if levels:
        clean = np.round(clean * levels) / levels if levels > 1 else np.full(total, 0.5)
    called = clean <= 0.5
    detection.append(
        {
            "clean": clean.tolist(),
            "wrong": wrong.tolist(),
            "precision": metrics.precision_score(wrong, called),
            "recall": metrics.recall_score(wrong, called),
            "auroc": metrics.roc_auc_score(wrong, 1 - clean),
        }
    )
# Whole numbers from a small range tie often; the first of the largest is the prediction.
logits = more.integers(-2, 3, (200, 5)).astype(float)
ties = {"logits": logits.tolist(), "predicted": logits.argmax(1).tolist()}
with open("metric.json", "w") as f:
    json.dump({"classification": classification, "detection": detection, "ties": ties}, f)
    f.write("\n")
