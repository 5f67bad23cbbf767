"""Twenty steps of PyTorch's optimisers on two parameters, with recorded gradients.

Pinned: torch 2.15.0 (CPU). Run in this folder: python optim.py
"""

import json
import math

import torch

STEPS = 20
KINDS = {
    "sgd": ("sgd", dict(), lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9, weight_decay=5e-4)),
    "sgd-plain": ("sgd", dict(momentum=0.0), lambda p, lr: torch.optim.SGD(p, lr, weight_decay=5e-4)),
    "sgd-dampening": (
        "sgd",
        dict(dampening=0.3, weight_decay=0.0),
        lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9, dampening=0.3),
    ),
    "sgd-nesterov": (
        "sgd",
        dict(nesterov=True, weight_decay=0.05),
        lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9, nesterov=True, weight_decay=0.05),
    ),
    "adam": ("adam", dict(weight_decay=0.05), lambda p, lr: torch.optim.Adam(p, lr, weight_decay=0.05)),
    "adamw": (
        "adamw",
        dict(weight_decay=0.05, betas=(0.8, 0.99)),
        lambda p, lr: torch.optim.AdamW(p, lr, betas=(0.8, 0.99), weight_decay=0.05),
    ),
}

torch.manual_seed(1)
start = {"ctx": torch.randn(2, 3), "scale": torch.randn(2)}
gradients = [{n: torch.randn_like(t) * (0.1 + i % 4) for n, t in start.items()} for i in range(STEPS)]
rates = [0.02 * (1 + math.cos(math.pi * i / STEPS)) for i in range(STEPS)]


def run(make):
    parameters = {n: torch.nn.Parameter(t.clone()) for n, t in start.items()}
    optimiser = make(list(parameters.values()), rates[0])
    trace = []
    for gradient, lr in zip(gradients, rates):
        optimiser.param_groups[0]["lr"] = lr
        for n, p in parameters.items():
            p.grad = gradient[n].clone()
        optimiser.step()
        trace.append({n: p.detach().flatten().tolist() for n, p in parameters.items()})
    return trace


flat = lambda group: {n: t.flatten().tolist() for n, t in group.items()}
golden = {
    "shapes": {n: list(t.shape) for n, t in start.items()},
    "start": flat(start),
    "gradients": [flat(g) for g in gradients],
    "lr": rates,
    "cases": [{"case": c, "name": n, "options": o, "after": run(m)} for c, (n, o, m) in KINDS.items()],
}
with open("optim.json", "w") as f:
    json.dump(golden, f)
    f.write("\n")
