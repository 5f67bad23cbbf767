"""Twenty steps of PyTorch's optimisers on two parameters, with recorded gradients.

Pinned: torch 2.15.0 (CPU), numpy 2.4.6. Run in this folder: python optim.py
RAdam is not torch's but the one that comes with Dassl (decoupled decay, second moment without a
correction of its own): its formula is written out below in f64.
"""

import json
import math

import numpy as np
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
    "amsgrad": (
        "amsgrad",
        dict(weight_decay=0.05, betas=(0.8, 0.7)),
        lambda p, lr: torch.optim.Adam(p, lr, betas=(0.8, 0.7), weight_decay=0.05, amsgrad=True),
    ),
    "rmsprop": (
        "rmsprop",
        dict(weight_decay=0.05),
        lambda p, lr: torch.optim.RMSprop(p, lr, alpha=0.99, momentum=0.9, weight_decay=0.05),
    ),
    "rmsprop-plain": (
        "rmsprop",
        dict(momentum=0.0, alpha=0.9, weight_decay=0.0),
        lambda p, lr: torch.optim.RMSprop(p, lr, alpha=0.9),
    ),
    # The step is rectified from step 6 on; with so short a memory it never is.
    "radam": ("radam", dict(weight_decay=0.05), (0.9, 0.999)),
    "radam-never-rectified": ("radam", dict(weight_decay=0.05, betas=(0.7, 0.6)), (0.7, 0.6)),
}

torch.manual_seed(1)
start = {"ctx": torch.randn(3, 5), "scale": torch.randn(1)}
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


def radam(beta1, beta2, decay=0.05):
    """Liu et al. 2020, algorithm 2, as the file that Dassl brings along computes it."""
    top = 2 / (1 - beta2) - 1
    weights = {n: t.double().numpy().copy() for n, t in start.items()}
    first, second = ({n: np.zeros_like(w) for n, w in weights.items()} for _ in range(2))
    trace = []
    for t, (gradient, lr) in enumerate(zip(gradients, rates), 1):
        length = top - 2 * t * beta2**t / (1 - beta2**t)
        for n, w in weights.items():
            g = gradient[n].double().numpy()
            first[n] = beta1 * first[n] + (1 - beta1) * g
            second[n] = beta2 * second[n] + (1 - beta2) * g * g
            w -= decay * lr * w
            if length >= 5:
                variance = (length - 4) / (top - 4) * (length - 2) / length * top / (top - 2)
                step = math.sqrt((1 - beta2**t) * variance) / (1 - beta1**t)
                w -= lr * step * first[n] / (np.sqrt(second[n]) + 1e-8)
            else:
                w -= lr / (1 - beta1**t) * first[n]
        trace.append({n: w.flatten().tolist() for n, w in weights.items()})
    return trace


flat = lambda group: {n: t.flatten().tolist() for n, t in group.items()}
golden = {
    "shapes": {n: list(t.shape) for n, t in start.items()},
    "start": flat(start),
    "gradients": [flat(g) for g in gradients],
    "lr": rates,
    "cases": [
        {"case": c, "name": n, "options": o, "after": run(m) if callable(m) else radam(*m)}
        for c, (n, o, m) in KINDS.items()
    ],
}
with open("optim.json", "w") as f:
    json.dump(golden, f)
    f.write("\n")
