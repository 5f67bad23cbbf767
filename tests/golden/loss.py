"""Losses and their gradients by PyTorch in f64.

Pinned: torch 2.15.0 (CPU). Run in this folder: python loss.py
"""

import json

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


cases = []
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
    logits = logits.float().double()
    labels = torch.randint(0, logits.shape[1], (len(logits),))
    sharp = 400 if name == "hard targets" else 2
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
with open("loss.json", "w") as f:
    json.dump(cases, f)
    f.write("\n")
