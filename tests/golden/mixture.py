"""scikit-learn's two-component Gaussian mixture on losses, as DivideMix calls it.

Pinned: numpy 2.4.6, scikit-learn 1.9.1. Run in this folder: python mixture.py
For each vector: the distinct fits over several random states, each with the k-means labels that
it began from (drawn with the same state, as GaussianMixture itself draws them).
"""

import json
import warnings

import numpy as np
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
rng = np.random.default_rng(4)
r = lambda x: np.round(x, 6)
vectors = {
    "bimodal": r(np.concatenate([rng.gamma(2, 0.2, 60), rng.normal(4, 0.8, 40)])),
    "unimodal": r(rng.normal(2, 0.5, 80)),
    "skewed": r(rng.exponential(1.0, 120)),
    "ties": np.repeat([0.1, 0.1, 0.3, 2.0], 8),
    "outlier": r(np.concatenate([rng.normal(1, 0.1, 49), [30.0]])),
    "two": np.array([0.7, 0.2]),
    "three": np.array([0.7, 0.2, 0.65]),
    "two values": np.array([1.0] * 9 + [1.5]),
    "long": r(np.concatenate([rng.exponential(0.5, 1400), rng.normal(3, 1.2, 600)])),
    "overlapping": r(np.concatenate([rng.normal(1, 0.6, 500), rng.normal(1.8, 0.4, 200)])),
    "tail": r(rng.gamma(0.3, 1.0, 400)),
}
cases = []
for name, losses in vectors.items():
    x = ((losses - losses.min()) / (losses.max() - losses.min())).reshape(-1, 1)
    fits = []
    for tol, max_iter in [(1e-2, 10), (1e-9, 10)]:
        seen = set()
        for state in range(20):
            labels = KMeans(2, n_init=1, random_state=np.random.RandomState(state)).fit(x).labels_
            # Which cluster is called 0 is chance and changes nothing but the order.
            key = tuple(labels ^ labels[0])
            if key in seen:
                continue
            seen.add(key)
            gmm = GaussianMixture(2, max_iter=max_iter, tol=tol, reg_covar=5e-4, random_state=state).fit(x)
            clean = gmm.means_.argmin()
            order = [clean, 1 - clean]
            fits.append(
                {
                    "tol": tol,
                    "max_iter": max_iter,
                    "assignment": labels.tolist(),
                    "means": gmm.means_[order, 0].tolist(),
                    "variances": gmm.covariances_[order, 0, 0].tolist(),
                    "weights": gmm.weights_[order].tolist(),
                    "clean": [float(f"{p:.12g}") for p in gmm.predict_proba(x)[:, clean]],
                    "converged": bool(gmm.converged_),
                    "iterations": int(gmm.n_iter_),
                }
            )
    cases.append({"case": name, "losses": losses.tolist(), "fits": fits})
    print(name, len(losses), [(f["tol"], f["converged"], f["iterations"], np.round(f["means"], 4)) for f in fits])
with open("mixture.json", "w") as f:
    json.dump(cases, f)
    f.write("\n")
