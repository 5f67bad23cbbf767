"""The transforms of training and test by Pillow and torchvision, from a file's bytes to normalised pixels.

Pinned: pillow 12.3.0, torch 2.15.0 (CPU), torchvision 0.29.2, numpy 2.4.6, safetensors 0.8.0. Run in
this folder: python transform.py
Writes transform.json (what was done) and transform.safetensors (files, results). What training draws is
drawn here and handed on: the part of the picture, and whether it is mirrored. See resize.py on Pillow 13.
"""

import io
import json

import numpy as np
import torch
import torchvision.transforms as T
import torchvision.transforms.functional as F
from PIL import Image
from safetensors.torch import save_file

MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
MODES = {"bicubic": T.InterpolationMode.BICUBIC, "bilinear": T.InterpolationMode.BILINEAR, "nearest": T.InterpolationMode.NEAREST}
rng = np.random.default_rng(9)
tensors, pictures, test, train, plain, fallback, jpeg = {}, [], [], [], [], [], []


def noise(height, width, channels):
    """Half of the bytes are 0 or 255, so that overshoot has to be clamped."""
    x = rng.integers(0, 256, (height, width, channels), dtype=np.uint8)
    return np.where(rng.random(x.shape) < 0.5, (x > 127) * np.uint8(255), x).astype(np.uint8)


def draw(mode, width, height):
    if mode == "1":
        return Image.fromarray(noise(height, width, 1)[..., 0]).convert("1")
    if mode in ("P", "P, transparent"):
        image = Image.fromarray(rng.integers(0, 11, (height, width), dtype=np.uint8), "P")
        image.putpalette(rng.integers(0, 256, 33, dtype=np.uint8).tobytes())
        return image
    channels = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}[mode]
    pixels = noise(height, width, channels)
    return Image.fromarray(pixels[..., 0] if channels == 1 else pixels, mode)


def stored(data):
    tensors[f"file.{len(pictures)}"] = torch.frombuffer(bytearray(data), dtype=torch.uint8)
    pictures.append(Image.open(io.BytesIO(data)).convert("RGB"))
    return len(pictures) - 1


def add(cases, result, **about):
    tensors[f"{about['kind']}.{len(cases)}"] = result
    cases.append({k: v for k, v in about.items() if k != "kind"})


to_pixels = T.Compose([T.ToTensor(), T.Normalize(MEAN, STD)])
FILES = [
    ("RGB", 37, 23), ("RGB", 23, 37), ("RGB", 9, 9), ("RGB", 1, 17), ("RGB", 17, 1), ("RGB", 1, 1), ("RGB", 61, 44),
    ("L", 20, 13), ("LA", 11, 14), ("RGBA", 15, 26), ("P", 19, 12), ("P, transparent", 13, 21), ("1", 18, 25),
]
for number, (mode, width, height) in enumerate(FILES):
    buffer = io.BytesIO()
    extra = {"transparency": 3} if mode == "P, transparent" else {}
    draw(mode, width, height).save(buffer, "PNG", **extra)
    at = stored(buffer.getvalue())
    image, about = pictures[at], {"file": at, "mode": mode}
    filters = MODES if number < 3 else {"bicubic": MODES["bicubic"]}
    for name, filter in filters.items():
        for size in [(9, 9), (7, 12)]:
            steps = T.Compose([T.Resize(max(size), filter), T.CenterCrop(size), to_pixels])
            add(test, steps(image), kind="test", filter=name, size=size, **about)
        part = [int(rng.integers(0, n)) for n in image.size]
        part += [int(rng.integers(1, n - p + 1)) for n, p in zip(image.size, part)]
        left, top, w, h = part
        for flip in (False, True):
            cut = F.resized_crop(image, top, left, h, w, (8, 11), filter)
            result = to_pixels(F.hflip(cut) if flip else cut)
            add(train, result, kind="train", filter=name, size=(8, 11), part=part, flip=flip, **about)
        add(plain, F.to_tensor(F.resize(image, (6, 5), filter)), kind="plain", filter=name, size=(6, 5), **about)

# No part with the whole area of so long a strip has an allowed shape: what is taken then draws nothing.
for width, height in [(30, 120), (121, 30), (7, 50), (50, 7), (1, 9), (9, 1), (333, 17), (101, 1000), (13, 31), (40, 21)]:
    top, left, h, w = T.RandomResizedCrop.get_params(Image.new("RGB", (width, height)), (1.0, 1.0), (3 / 4, 4 / 3))
    fallback.append({"size": [width, height], "part": [left, top, w, h]})

# Smooth, as photographs are: a decoder is free in the last bits, and in how it spreads halved colours.
for mode, width, height, sampling in [("RGB", 45, 31, 0), ("RGB", 45, 31, 2), ("RGB", 33, 50, 1), ("L", 29, 40, 0)]:
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / rng.uniform(3, 9) + y / rng.uniform(4, 12) + rng.uniform(0, 6)) for _ in range(3)]
    pixels = (127.5 + 110 * np.stack(waves, -1) + rng.normal(0, 4, (height, width, 3))).clip(0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, "JPEG", quality=90, subsampling=sampling)
    at = stored(buffer.getvalue())
    name = "grey" if mode == "L" else ["4:4:4", "4:2:2", "4:2:0"][sampling]
    add(jpeg, torch.from_numpy(np.array(pictures[at])), kind="jpeg", file=at, mode=name)

save_file({k: v.contiguous() for k, v in tensors.items()}, "transform.safetensors")
golden = {"mean": MEAN, "std": STD, "test": test, "train": train, "plain": plain, "fallback": fallback, "jpeg": jpeg}
with open("transform.json", "w") as f:
    json.dump(golden, f)
    f.write("\n")
