"""How selectors divide a pool, by numpy, and transport plans by POT.

Pinned: numpy 2.4.6, POT 0.9.7.post1. Run in this folder: python selection.py
Smallest losses: numpy's stable sort, within every class and over all. Zero-shot agreement: numpy's argmax.
Optimal transport: POT's Sinkhorn on logarithms, run until nothing moves. A class without mass, whose logarithm
POT would take, is left out before and put back as a column of zeros.
"""

import json
import warnings

import numpy as np
import ot

warnings.filterwarnings("error")
rng = np.random.default_rng(12)


def softmax(z):
    p = np.exp(z - z.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True)


def by_rank(losses, keep):
    """Score and trust of one group; Python's round goes to even, the selector's away from zero."""
    n = len(losses)
    rank = np.empty(n, int)
    rank[np.argsort(losses, kind="stable")] = np.arange(n)
    return 1 - (rank + 0.5) / n, rank < min(n, max(1, int(np.floor(keep * n + 0.5))))


def small_loss(losses, given, keep, by_class):
    clean, trusted = np.zeros(len(losses)), np.zeros(len(losses), bool)
    groups = given if by_class else np.zeros_like(given)
    for group in np.unique(groups):
        at = groups == group
        clean[at], trusted[at] = by_rank(losses[at], keep)
    return clean, trusted


def transport(p, given, marginal, epsilon):
    n, classes = p.shape
    mass = np.bincount(given, minlength=classes) / n if marginal == "given" else np.full(classes, 1 / classes)
    there = mass > 0
    plan = np.zeros_like(p)
    plan[:, there] = ot.sinkhorn(
        np.full(n, 1 / n), mass[there], -np.log(p[:, there]), epsilon, "sinkhorn_log", 50000, 1e-15, warn=False
    )
    assert np.abs(plan.sum(0) - mass).sum() < 1e-10 and np.abs(plan.sum(1) - 1 / n).sum() < 1e-10
    return plan


def case(name, z, given):
    given = np.array(given)
    p = softmax(np.round(z, 4))
    at = np.arange(len(given))
    losses = -np.log(p[at, given])
    out = {"case": name, "classes": p.shape[1], "given": given.tolist(), "probabilities": p.tolist()}
    out |= {"losses": losses.tolist(), "small_loss": [], "transport": []}
    for keep in [0.5, 0.3, 1.0]:
        for by_class in [True, False]:
            clean, trusted = small_loss(losses, given, keep, by_class)
            out["small_loss"].append(
                {"keep": keep, "by_class": by_class, "clean": clean.tolist(), "trusted": trusted.tolist()}
            )
    # The pool's own probabilities stand for the frozen model's.
    out["zero_shot"] = {"clean": p[at, given].tolist(), "trusted": (p.argmax(1) == given).tolist()}
    for marginal in ["given", "uniform"]:
        for epsilon in [1.0, 0.5]:
            plan = transport(p, given, marginal, epsilon)
            share = plan / plan.sum(1, keepdims=True)
            out["transport"].append(
                {
                    "marginal": marginal,
                    "epsilon": epsilon,
                    "plan": plan.tolist(),
                    "clean": share[at, given].tolist(),
                    "trusted": (share.argmax(1) == given).tolist(),
                }
            )
    print(name, p.shape, [sum(t["trusted"]) for t in out["small_loss"] + [out["zero_shot"]] + out["transport"]])
    return out


def logits(n, classes, given, right, scale):
    """A learner that believes a share `right` of the given labels."""
    z = rng.normal(0, 1, (n, classes))
    believed = np.where(rng.random(n) < right, given, rng.integers(0, classes, n))
    z[np.arange(n), believed] += 2
    return z * scale


odd = rng.integers(0, 5, 37)
hot = rng.integers(0, 3, 23)
lopsided = np.array([0] * 19 + [1] * 3 + [2] * 7)
missing = rng.choice([0, 2, 3], 17)
cases = [
    case("37 of 5", logits(37, 5, odd, 0.7, 1), odd),
    case("23 of 3, sure of itself", logits(23, 3, hot, 0.6, 4), hot),
    case("29 of 3, lopsided", logits(29, 3, lopsided, 0.5, 2), lopsided),
    case("17 of 4, one class without items", logits(17, 4, missing, 0.6, 1.5), missing),
    case("one class", np.zeros((6, 1)), [0] * 6),
    case("one item", np.array([[0.3, 1.1, -0.4]]), [2]),
    case("one item of one class", np.array([[0.3]]), [0]),
    case("equal losses", np.zeros((9, 3)), [0, 0, 0, 0, 1, 1, 1, 2, 2]),
]
with open("selection.json", "w") as f:
    json.dump(cases, f)
    f.write("\n")
