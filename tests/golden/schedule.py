"""Learning rates by PyTorch's schedulers, wrapped by a warm-up as Dassl does it.

Pinned: torch 2.15.0 (CPU). Run in this folder: python schedule.py
Without a new count after the warm-up ("recount" false) the schedule is where it would be without
warm-up. Dassl there sets PyTorch's counter and keeps its recursion, which gives other rates by accident;
docs/design.md names that as a deviation.
"""

import json
import warnings

import torch

warnings.filterwarnings("ignore")
LR, EPOCHS = 0.002, 50


def closed(make, steps):
    """PyTorch's own rates for `steps` epochs without warm-up."""
    weight = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.SGD([weight], lr=LR)
    schedule = make(optimiser)
    rates = []
    for _ in range(steps):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return rates


def warm(kind, length, rates, recount):
    """Warm-up for `length` epochs, then the schedule from its beginning, or where it would be."""
    if length <= 0:
        return rates
    head = [1e-5] * length if kind == "constant" else [1e-5] + [LR * e / length for e in range(1, length)]
    return (head + (rates if recount else rates[length:]))[:EPOCHS]


S = torch.optim.lr_scheduler
BASES = {
    "single_step": ([30, 7], lambda o: S.StepLR(o, 7, gamma=0.5)),
    "single_step, period of all epochs": ([-1], lambda o: S.StepLR(o, EPOCHS, gamma=0.5)),
    "multi_step": ([3, 17, 17, 41], lambda o: S.MultiStepLR(o, [3, 17, 17, 41], gamma=0.5)),
    "cosine": ([-1], lambda o: S.CosineAnnealingLR(o, EPOCHS)),
}
cases = []
for name, (stepsize, make) in BASES.items():
    rates = closed(make, EPOCHS)
    for kind, length in [("constant", -1), ("constant", 1), ("constant", 5), ("linear", 1), ("linear", 7)]:
        for recount in (True, False):
            cases.append(
                {
                    "scheduler": name.split(",")[0],
                    "stepsize": stepsize,
                    "warmup_type": kind,
                    "warmup_epoch": length,
                    "recount": recount,
                    "lr": warm(kind, length, rates, recount),
                }
            )
with open("schedule.json", "w") as f:
    json.dump({"lr": LR, "gamma": 0.5, "max_epoch": EPOCHS, "cases": cases}, f)
    f.write("\n")
