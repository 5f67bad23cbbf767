"""Two-sided quantiles of Student's t by SciPy.

Pinned: numpy 2.4.6, scipy 1.17.1. Run in this folder: python student.py
"""

import json

import numpy as np
from scipy import stats

table = [
    {"level": level, "degrees": degrees, "t": float(stats.t.ppf(0.5 + 0.5 * level, degrees))}
    for level in [0.5, 0.8, 0.9, 0.95, 0.99, 0.999]
    for degrees in [*range(1, 31), 40, 41, 99, 100, 999, 1000]
]
# A few values with all that is made of them.
samples = []
for values in [
    [57.1, 58.2, 58.0],
    [12.0, 47.5],
    [80.0, 80.5, 81.25, 79.0, 80.125],
    [3.0, 3.0, 3.0],
    [-1.5, 0.25, 2.0, 9.0],
]:
    mean, deviation = float(np.mean(values)), float(np.std(values, ddof=1))
    half = float(stats.t.ppf(0.975, len(values) - 1)) * deviation / len(values) ** 0.5
    samples.append({"values": values, "mean": mean, "deviation": deviation, "interval": [mean - half, mean + half]})
with open("student.json", "w") as f:
    json.dump({"quantiles": table, "samples": samples}, f)
    f.write("\n")
