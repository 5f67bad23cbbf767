"""Weights that are computed, not stored: the same numbers in Python and in tests/src/parity/generated.rs.

Number i of the tensor called NAME is a hash of both, as a fraction u in [0, 1) of 24 bits; what it is scaled
to depends on the kind of tensor only. So a model of any size is a list of names and shapes.
"""

import numpy as np

MASK = (1 << 64) - 1


def fnv(name):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    return h


def fractions(name, count):
    with np.errstate(over="ignore"):
        z = np.uint64(fnv(name)) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2.0**24


def tensor(name, shape):
    """f32, scaled so that features neither vanish nor explode, whatever the depth."""
    count = int(np.prod(shape, dtype=np.int64)) if len(shape) else 1
    u = fractions(name, count)
    last = name.rsplit(".", 1)[-1]
    if name == "logit_scale":
        x = 2.0 + u
    elif last == "running_var":
        x = 0.5 + u
    elif len(shape) == 1 and last == "weight":
        # The last norm of a residual branch is small, as in trained networks.
        x = (0.75 + 0.5 * u) * (0.3 if ".bn3." in name else 1.0)
    elif len(shape) <= 1:
        x = 0.2 * (u - 0.5)
    elif "embedding" in name:
        x = u - 0.5
    else:
        fan_in = count // (shape[1] if name in ("text_projection", "visual.proj") else shape[0])
        # Half of what goes into a convolution was cut off by the one before.
        x = (u - 0.5) * ((24.0 if len(shape) == 4 else 12.0) / fan_in) ** 0.5
    return x.astype(np.float32).reshape(shape)


def pixels(images, size):
    """[N, 3, S, S] in -2..2: patches in a grid of 7 x 7, for noise in every pixel would average out."""
    coarse = fractions("pixels", images * 3 * 49).reshape(images, 3, 7, 7)
    at = np.arange(size) * 7 // size
    return (coarse[:, :, at][:, :, :, at] * 4.0 - 2.0).astype(np.float32)
