"""Losses and their gradients by PyTorch in f64.

Pinned: torch 2.15.0 (CPU). Run in this folder: python loss.py
"""

import json
import math

import torch
import torch.nn.functional as F

EPSILON = 1e-6
torch.manual_seed(2)
torch.set_default_dtype(torch.float64)


def gce_hard(z, y, q):
    p = z.softmax(1)[torch.arange(len(y)), y] + EPSILON
    return ((1 - p**q) / q).mean()


def gce_soft(z, t, q):
    return (t * (1 - (z.softmax(1) + EPSILON) ** q) / q).sum(1).mean()


def rce(z, t):
    """Reverse cross-entropy: no logarithm is less than -4, which also stands for that of 0."""
    return -(z.softmax(1) * t.log().clamp(min=-4)).sum(1).mean()


def sce(z, t, alpha, beta):
    return alpha * F.cross_entropy(z, t) + beta * rce(z, t)


def mae(z, t):
    return (z.softmax(1) - t).abs().sum(1).mean()


def nce(z, t):
    log_p = z.log_softmax(1)
    if z.shape[1] == 1:
        return log_p.sum() * 0
    return ((t * log_p).sum(1) / log_p.sum(1)).mean()


def phuber(z, t, tau):
    log_p = z.log_softmax(1)
    tangent = -tau * log_p.exp() + math.log(tau) + 1
    return (t * torch.where(log_p.exp() > 1 / tau, -log_p, tangent)).sum(1).mean()


def double_softmax(z, t):
    return F.cross_entropy(z.softmax(1), t)


cases = []


def case(name, logits):
    logits = logits.float().double()
    labels = torch.randint(0, logits.shape[1], (len(logits),))
    sharp = 400 if name == "hard targets" else 2
    one_hot = F.one_hot(labels, logits.shape[1]).double()
    targets = (torch.randn_like(logits) * sharp).softmax(1).float().double()
    losses = {
        "ce hard": lambda z: F.cross_entropy(z, labels),
        "ce soft": lambda z: F.cross_entropy(z, targets),
        "gce hard": lambda z: gce_hard(z, labels, 0.5),
        "gce soft": lambda z: gce_soft(z, targets, 0.5),
        "gce0.8 hard": lambda z: gce_hard(z, labels, 0.8),
        "gce0.8 soft": lambda z: gce_soft(z, targets, 0.8),
        "gce1 hard": lambda z: gce_hard(z, labels, 1.0),
        "gce1 soft": lambda z: gce_soft(z, targets, 1.0),
        "sce hard": lambda z: sce(z, one_hot, 0.1, 1.0),
        "sce soft": lambda z: sce(z, targets, 0.1, 1.0),
        "sce2 hard": lambda z: sce(z, one_hot, 2.0, 0.5),
        "mae hard": lambda z: mae(z, one_hot),
        "mae soft": lambda z: mae(z, targets),
        "nce-rce hard": lambda z: nce(z, one_hot) + rce(z, one_hot),
        "nce-rce soft": lambda z: nce(z, targets) + rce(z, targets),
        "nce-rce2 soft": lambda z: 3 * nce(z, targets) + 0.5 * rce(z, targets),
        "phuber-ce hard": lambda z: phuber(z, one_hot, 10.0),
        "phuber-ce soft": lambda z: phuber(z, targets, 10.0),
        "phuber-ce2 soft": lambda z: phuber(z, targets, 2.0),
        "double-softmax-ce hard": lambda z: F.cross_entropy(z.softmax(1), labels),
        "double-softmax-ce soft": lambda z: double_softmax(z, targets),
        "mse": lambda z: F.mse_loss(z.softmax(1), targets),
    }
    values = {}
    for loss, f in losses.items():
        z = logits.clone().requires_grad_()
        value = f(z)
        value.backward()
        values[loss] = {"value": value.item(), "gradient": z.grad.flatten().tolist()}
    cases.append(
        {
            "case": name,
            "logits": logits.tolist(),
            "labels": labels.tolist(),
            "targets": targets.tolist(),
            "losses": values,
            "per_sample": F.cross_entropy(logits, labels, reduction="none").tolist(),
        }
    )


for name, logits in {
    "ordinary": torch.randn(5, 4) * 3,
    "one image": torch.randn(1, 7),
    # Probabilities of exactly 0 and 1 in f32.
    "saturated": torch.tensor([[200.0, -200.0, 0.0], [-150.0, 150.0, 149.0]]),
    "many classes": torch.randn(3, 61) * 4,
    "one class": torch.randn(3, 1),
    # Targets sharpened until some are exactly 0 and 1 in f32.
    "hard targets": torch.randn(5, 6) * 2,
}.items():
    case(name, logits)
# Drawn after the others, whose numbers stay what they were.
for name, logits in {
    "one image, two classes": torch.randn(1, 2),
    "two classes": torch.randn(9, 2) * 3,
    "seven classes": torch.randn(5, 7) * 2,
    # Logits of 100 and -100.
    "extreme": torch.randn(4, 7).sign() * 100,
}.items():
    case(name, logits)
with open("loss.json", "w") as f:
    json.dump(cases, f)
    f.write("\n")


def elr(z, ce, images, table, beta, weight):
    """Early-learning regularisation with a table of running means [images, C], which is changed in place.

    The images of a batch are distinct for the authors; one that is there twice counts here with its views' mean.
    """
    p = z.softmax(1).clamp(1e-4, 1 - 1e-4)
    seen = p.detach() / p.detach().sum(1, keepdim=True)
    for image in set(images):
        views = seen[[i for i, other in enumerate(images) if other == image]]
        table[image] = beta * table[image] + (1 - beta) * views.mean(0)
    return ce + weight * (1 - (table[images] * p).sum(1)).log().mean()


def sequence(name, batches, classes, beta=0.7, weight=3.0, spread=3.0):
    table = torch.zeros(1 + max(i for batch in batches for i in batch), classes)
    steps = []
    for images in batches:
        logits = (torch.randn(len(images), classes) * spread).float().double()
        labels = torch.randint(0, classes, (len(images),))
        targets = (torch.randn_like(logits) * 2).softmax(1).float().double()
        before = table.clone()
        step = {
            "images": images,
            "logits": logits.tolist(),
            "labels": labels.tolist(),
            "targets": targets.tolist(),
            "losses": {},
        }
        for kind, target in [("hard", labels), ("soft", targets)]:
            table = before.clone()
            z = logits.clone().requires_grad_()
            value = elr(z, F.cross_entropy(z, target), images, table, beta, weight)
            value.backward()
            step["losses"][kind] = {"value": value.item(), "gradient": z.grad.flatten().tolist()}
        step["means"] = table[images].flatten().tolist()
        steps.append(step)
    return {"case": name, "beta": beta, "lambda": weight, "steps": steps}


torch.manual_seed(3)
sequences = [
    sequence("ordinary", [[0, 1, 2], [3, 1, 4], [2, 0, 1], [4, 3, 0, 1, 2]], 5),
    sequence("an image twice in a batch", [[0, 1, 0], [1, 1, 1], [2, 0, 2, 1]], 4),
    sequence("other weights", [[0, 1], [1, 0], [0, 1], [1, 0]], 7, beta=0.9, weight=7.0),
    # Near certainty 1 - <t, p> would be lost in f32 here.
    sequence("no memory", [[0, 1], [1, 0]], 3, beta=0.0, weight=1.0, spread=1.0),
    sequence("many classes", [[0, 1, 2]] * 3, 61),
    sequence("probabilities that are cut off", [[0, 1]] * 3, 3, spread=80.0),
    sequence("one image", [[0]] * 5, 6),
    sequence("one class", [[0, 1, 2]] * 3, 1),
]
with open("elr.json", "w") as f:
    json.dump(sequences, f)
    f.write("\n")
