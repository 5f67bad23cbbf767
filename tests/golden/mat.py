"""MATLAB files as SciPy writes them: labels of a small set of flowers, and a file of structures.

    python mat.py
"""

from pathlib import Path

import numpy as np
from scipy.io import savemat

here = Path(__file__).parent / "mat"
here.mkdir(exist_ok=True)
rng = np.random.default_rng(5)
# Thirty pictures of three classes, ten of each, in an order that is not that of the classes.
labels = rng.permutation(np.repeat([1, 2, 3], 10))[None]
savemat(here / "compressed-bytes.mat", {"labels": labels.astype(np.uint8)}, do_compression=True)
savemat(here / "plain-doubles.mat", {"other": np.eye(2), "labels": labels.astype(np.float64)})
savemat(here / "fractions.mat", {"labels": labels / 2})
savemat(here / "structures.mat", {"annotations": np.array([{"fname": "00001.jpg", "class": 3}])})
print(labels[0].tolist())
