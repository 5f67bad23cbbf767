"""The random transforms with given draws, by Pillow, torchvision and numpy: bytes of single operations, and whole sequences.

Pinned: pillow 12.3.0, torch 2.15.0 (CPU), torchvision 0.29.2, numpy 2.4.6, safetensors 0.8.0. Run in
this folder: python augment.py
Writes augment.json (what was done, digests of larger results) and augment.safetensors (pictures, results).
The policies, the ranges of the RandAugments and the order of a sequence are those that Dassl publishes.
"""

import hashlib
import json

import numpy as np
import torch
import torchvision.transforms.functional as F
from PIL import Image, ImageDraw, ImageEnhance, ImageOps
from safetensors.torch import save_file

MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
BILINEAR, BICUBIC = F.InterpolationMode.BILINEAR, F.InterpolationMode.BICUBIC
rng = np.random.default_rng(23)
tensors, pictures, cases, crops, sequences, norms = {}, [], [], [], [], []


def noise(width, height):
    """Half of the bytes are 0 or 255, so that overshoot has to be clamped."""
    x = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    return np.where(rng.random(x.shape) < 0.5, (x > 127) * np.uint8(255), x).astype(np.uint8)


def waves(width, height):
    """As photographs are; not from 0 to 255."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [np.sin(x / rng.uniform(3, 20) + y / rng.uniform(3, 20) + rng.uniform(0, 6)) for _ in range(3)]
    return (120 + 90 * np.stack(planes, -1) + rng.normal(0, 6, (height, width, 3))).clip(0, 255).astype(np.uint8)


def colours():
    """Every fourth level of each channel with every other channel's, 512 x 512; the offsets of the levels vary."""
    i = np.arange(512 * 512)
    levels = [4 * (i & 63) + (i >> 6 & 3), 4 * (i >> 6 & 63) + (i >> 12 & 3), 4 * (i >> 12) + (i & 3)]
    return np.stack(levels, -1).astype(np.uint8).reshape(512, 512, 3)


def store(pixels):
    tensors[f"picture.{len(pictures)}"] = torch.from_numpy(pixels)
    pictures.append(Image.fromarray(pixels))


for make, width, height in [(noise, 37, 23), (waves, 25, 30), (noise, 5, 31), (noise, 1, 1), (noise, 2, 3), (waves, 64, 64)]:
    store(make(width, height))
store(np.tile(np.array([200, 3, 128], np.uint8), (7, 9, 1)))
store(np.where(rng.random((11, 13, 1)) < 0.3, np.uint8([10, 90, 255]), np.uint8([30, 91, 0])))
LARGE, COLOURS = 5, len(pictures)


def affine(image, matrix, resample=Image.Resampling.NEAREST, fill=None):
    return image.transform(image.size, Image.Transform.AFFINE, matrix, resample, fillcolor=fill)


def turned_on_grey(image, degrees):
    turned = image.convert("RGBA").rotate(degrees)
    return Image.composite(turned, Image.new("RGBA", turned.size, (128,) * 4), turned).convert(image.mode)


def brighter_then_solarized(image, addition):
    levels = np.clip(np.asarray(image).astype(int) + int(addition), 0, 255).astype(np.uint8)
    return ImageOps.solarize(Image.fromarray(levels), 128)


def cut_out(image, side, x, y):
    (w, h), image = image.size, image.copy()
    x, y = int(max(0, x - side / 2.0)), int(max(0, y - side / 2.0))
    ImageDraw.Draw(image).rectangle((x, y, min(w, x + side), min(h, y + side)), (125, 123, 114))
    return image


def leveled(name, image, level, sign):
    """An entry of an AutoAugment policy."""
    at = lambda first, last: float(np.linspace(first, last, 10)[level])
    w, h = image.size
    grey, cubic = (128,) * 3, Image.Resampling.BICUBIC
    factor = 1 + at(0, 0.9) * sign
    return {
        "ShearX": lambda: affine(image, (1, at(0, 0.3) * sign, 0, 0, 1, 0), cubic, grey),
        "ShearY": lambda: affine(image, (1, 0, 0, at(0, 0.3) * sign, 1, 0), cubic, grey),
        "TranslateX": lambda: affine(image, (1, 0, at(0, 150 / 331) * w * sign, 0, 1, 0), fill=grey),
        "TranslateY": lambda: affine(image, (1, 0, 0, 0, 1, at(0, 150 / 331) * h * sign), fill=grey),
        "Rotate": lambda: turned_on_grey(image, at(0, 30)),
        "Color": lambda: ImageEnhance.Color(image).enhance(factor),
        "Contrast": lambda: ImageEnhance.Contrast(image).enhance(factor),
        "Sharpness": lambda: ImageEnhance.Sharpness(image).enhance(factor),
        "Brightness": lambda: ImageEnhance.Brightness(image).enhance(factor),
        "Posterize": lambda: ImageOps.posterize(image, int(np.round(np.linspace(8, 4, 10), 0)[level])),
        "Solarize": lambda: ImageOps.solarize(image, at(256, 0)),
        "AutoContrast": lambda: ImageOps.autocontrast(image),
        "Equalize": lambda: ImageOps.equalize(image),
        "Invert": lambda: ImageOps.invert(image),
    }[name]()


def valued(name, image, value, x=0.0, y=0.0):
    """An operation of a RandAugment."""
    w, h = image.size
    return {
        "Identity": lambda: image,
        "AutoContrast": lambda: ImageOps.autocontrast(image),
        "Equalize": lambda: ImageOps.equalize(image),
        "Invert": lambda: ImageOps.invert(image),
        "Rotate": lambda: image.rotate(value),
        "Posterize": lambda: ImageOps.posterize(image, int(value)),
        "Solarize": lambda: ImageOps.solarize(image, value),
        "SolarizeAdd": lambda: brighter_then_solarized(image, value),
        "Color": lambda: ImageEnhance.Color(image).enhance(value),
        "Contrast": lambda: ImageEnhance.Contrast(image).enhance(value),
        "Brightness": lambda: ImageEnhance.Brightness(image).enhance(value),
        "Sharpness": lambda: ImageEnhance.Sharpness(image).enhance(value),
        "ShearX": lambda: affine(image, (1, value, 0, 0, 1, 0)),
        "ShearY": lambda: affine(image, (1, 0, 0, value, 1, 0)),
        "TranslateX": lambda: affine(image, (1, 0, value * w, 0, 1, 0)),
        "TranslateY": lambda: affine(image, (1, 0, 0, 0, 1, value * h)),
        "TranslateXabs": lambda: affine(image, (1, 0, value, 0, 1, 0)),
        "TranslateYabs": lambda: affine(image, (1, 0, 0, 0, 1, value)),
        "CutoutAbs": lambda: cut_out(image, value, x, y),
    }[name]()


def operate(image, how, name, args):
    if how == "policy":
        return leveled(name, image, *args)
    if how == "rand":
        return valued(name, image, *args)
    return {
        "Brightness": F.adjust_brightness,
        "Contrast": F.adjust_contrast,
        "Color": F.adjust_saturation,
        "Hue": F.adjust_hue,
        "Grayscale": lambda image: F.to_grayscale(image, 3),
        "Blur": lambda image, kernel, sigma: F.gaussian_blur(image, [kernel, kernel], [sigma, sigma]),
    }[name](image, *args)


def digest(image):
    return hashlib.sha256(np.asarray(image).tobytes()).hexdigest()[:32]


def add(family, how, name, *args, on=None):
    """The result on every stored picture that the operation is defined on: bytes, or the start of their SHA-256 where they are many."""
    for number, image in enumerate(pictures):
        if (on is not None and number not in on) or (name == "Blur" and args[0] // 2 >= min(image.size)):
            continue
        # The middle of what is cut out is told by shares of the width and the height.
        full = args if name != "CutoutAbs" else (args[0], args[1] * image.width, args[2] * image.height)
        case = {"family": family, "how": how, "name": name, "args": full, "picture": number}
        result = operate(image, how, name, full)
        if np.asarray(image).size > 1000 and name != "Blur":
            case["digest"] = digest(result)
        else:
            tensors[f"case.{len(cases)}"] = torch.from_numpy(np.array(result))
        cases.append(case)


# Moves: by the levels of the policies, and by values.
for level, sign in [(0, 1), (4, -1), (9, 1), (9, -1)]:
    for name in ["ShearX", "ShearY", "TranslateX", "TranslateY"]:
        add("moved on grey", "policy", name, level, sign, on=[0, 2, 3, 4, LARGE])
for level in [0, 3, 9]:
    add("moved on grey", "policy", "Rotate", level, 1, on=[0, 2, 3, 4, LARGE])
for value in [-0.3, -0.137, 0.0, 0.2, 0.3]:
    for name in ["ShearX", "ShearY", "TranslateX", "TranslateY"]:
        add("moved on black", "rand", name, value, on=[0, 2, 3, LARGE])
for value in [-30.0, -11.7, 0.0, 7.3, 22.0, 30.0]:
    add("moved on black", "rand", "Rotate", value, on=[0, 2, 3, 4, LARGE])
for value in [-100.0, -33.4, -0.5, 0.0, 0.49, 0.5, 3.7, 23.0]:
    add("moved on black", "rand", "TranslateXabs", value, on=[0, 2, LARGE])
    add("moved on black", "rand", "TranslateYabs", value, on=[0, 2, LARGE])
for side, x, y in [(0.0, 0.3, 0.1), (13.33, 0.0, 0.0), (13.33, 0.5, 0.52), (40.0, 0.99, 0.1), (7.5, 0.97, 0.98), (1.0, 0.45, 1.0)]:
    add("cut out", "rand", "CutoutAbs", side, x, y, on=[0, 2, 3, LARGE])

# Levels.
for name in ["AutoContrast", "Equalize", "Invert"]:
    add("levels", "rand", name, 0.0)
for level in range(10):
    add("levels", "policy", "Posterize", level, 1, on=[2, LARGE])
    add("levels", "policy", "Solarize", level, 1, on=[2, LARGE])
for value in [4.0, 5.99, 8.0]:
    add("levels", "rand", "Posterize", value, on=[2, LARGE])
for value in [0.0, 85.33, 128.0, 255.5, 256.0]:
    add("levels", "rand", "Solarize", value, on=[2, LARGE])
for value in [0.0, 36.666, 110.0]:
    add("levels", "rand", "SolarizeAdd", value, on=[2, LARGE])

# Blends.
for name in ["Color", "Contrast", "Brightness", "Sharpness"]:
    for level, sign in [(0, -1), (3, 1), (6, -1), (9, 1), (9, -1)]:
        add("blended", "policy", name, level, sign, on=[0, 3, LARGE])
    for value in [0.05, 0.1, 0.5, 0.95, 1.0, 1.9]:
        add("blended", "rand", name, value, on=[1, 2, 4, 6, 7, LARGE])
for name in ["Color", "Contrast", "Brightness"]:
    for value in [0.0, 0.6, 1.37, 3.5]:
        add("blended", "plain", name, value, on=[0, 2, 3, LARGE])

# Colours and blur.
for value in [-0.5, -0.1, -0.003, 0.0, 0.003, 0.07, 0.1, 0.5]:
    add("hue and grey", "plain", "Hue", value)
add("hue and grey", "plain", "Grayscale")
for kernel, sigma in [(1, 0.7), (3, 0.1), (3, 2.0), (5, 0.8), (9, 1.3), (21, 0.1), (21, 0.55), (21, 1.25), (21, 2.0)]:
    add("blurred", "plain", "Blur", kernel, sigma, on=[1, 2, 3, 4, 6, 7] + [LARGE] * (sigma > 1.2 and kernel > 10))
everything = Image.fromarray(colours())
for name, *args in [("Hue", 0.0), ("Hue", 0.1), ("Hue", -0.27), ("Hue", 0.5), ("Grayscale",), ("Color", 0.3), ("Color", 1.8)]:
    result = digest(operate(everything, "plain", name, args))
    cases.append({"family": "all colours", "how": "plain", "name": name, "args": args, "picture": COLOURS, "digest": result})


def translated(image, size, shift):
    """random_translation; `shift` is none, or the left and upper edge of what is kept of a larger picture."""
    height, width = size
    if shift is None:
        return F.resize(image, size, BILINEAR)
    larger = F.resize(image, (round(height * 1.125), round(width * 1.125)), BILINEAR)
    return F.crop(larger, shift[1], shift[0], height, width)


def bordered(image, size, padding):
    """What torchvision's RandomCrop cuts from, with pad_if_needed."""
    image = F.pad(image, padding, 0)
    if image.width < size[1]:
        image = F.pad(image, [size[1] - image.width, 0], 0)
    if image.height < size[0]:
        image = F.pad(image, [0, size[0] - image.height], 0)
    return image


for number, size, padding in [(0, (16, 16), 4), (0, (23, 37), 0), (0, (30, 40), 1), (2, (8, 12), 1), (3, (4, 5), 0), (4, (3, 2), 7)]:
    edges = bordered(pictures[number], size, padding)
    rooms = edges.width - size[1], edges.height - size[0]
    for left, top in dict.fromkeys([(0, 0), (rooms[0] // 3, rooms[1] // 2), rooms]):
        tensors[f"crop.{len(crops)}"] = torch.from_numpy(np.array(F.crop(edges, top, left, *size)))
        crops.append({"picture": number, "size": size, "padding": padding, "at": [left, top]})


def sequence(number, size, *, filter="bicubic", shift="off", crop=None, part=None, flip=False, operations=(), holes=(), length=0, scale=None):
    """One training view in the published order; what is left out is not listed in INPUT.TRANSFORMS."""
    image = pictures[number]
    mode = BICUBIC if filter == "bicubic" else BILINEAR
    if crop is None and part is None:
        image = F.resize(image, size, mode)
    if shift != "off":
        image = translated(image, size, shift)
    if crop is not None:
        padding, left, top = crop
        image = F.crop(bordered(image, size, padding), top, left, *size)
    if part is not None:
        left, top, w, h = part
        image = F.resized_crop(image, top, left, h, w, size, mode)
    if flip:
        image = F.hflip(image)
    for how, name, args in operations:
        image = operate(image, how, name, args)
    pixels = F.to_tensor(image)
    for row, column in holes:
        edges = [np.clip(at + by, 0, end) for at, end in [(row, size[0]), (column, size[1])] for by in (-(length // 2), length // 2)]
        pixels[:, edges[0] : edges[1], edges[2] : edges[3]] = 0
    pixels = F.normalize(pixels, MEAN, STD)
    if scale is not None:
        mean, std = scale
        numbers = torch.from_numpy(rng.standard_normal(pixels.shape, dtype=np.float32))
        tensors[f"noise.{len(sequences)}"] = numbers
        pixels = pixels + (numbers * std + mean)
    tensors[f"sequence.{len(sequences)}"] = pixels
    sequences.append(
        {
            "picture": number,
            "size": size,
            "filter": filter,
            "shift": shift,
            "crop": crop,
            "part": part,
            "flip": flip,
            "operations": [{"how": how, "name": name, "args": args} for how, name, args in operations],
            "holes": holes,
            "length": length,
            "scale": scale,
        }
    )
    return pixels


def normed(pixels):
    mean, std = pixels.flatten(1).mean(1), pixels.flatten(1).std(1)
    tensors[f"norm.{len(norms)}"] = (pixels - mean[:, None, None]) / (std[:, None, None] + 1e-8)
    norms.append(len(sequences) - 1)


SIZE = (16, 12)
normed(sequence(1, SIZE, filter="bilinear"))
sequence(0, SIZE, shift=None, flip=True)
sequence(0, SIZE, shift=(1, 2), filter="bilinear")
sequence(0, SIZE, crop=(4, 7, 9), flip=True)
sequence(1, SIZE, crop=(2, 0, 5), part=(3, 2, 7, 11))
sequence(0, SIZE, shift=(0, 1), part=(1, 4, 9, 8), flip=True)
sequence(1, SIZE, shift=(2, 0), crop=(3, 4, 1), part=(0, 0, 12, 9), filter="bilinear")
normed(sequence(0, SIZE, part=(5, 3, 20, 17), flip=True, operations=[("policy", "ShearX", (5, -1)), ("policy", "Equalize", (9, 1))]))
sequence(1, SIZE, part=(2, 2, 18, 21), operations=[("rand", "Rotate", (-10.0,)), ("rand", "CutoutAbs", (5.5, 9.1, 3.0))])
normed(sequence(LARGE, SIZE, part=(9, 4, 50, 41), flip=True, holes=((0, 0), (9, 5)), length=7))
sequence(LARGE, SIZE, flip=True, holes=((15, 11),), length=30, scale=(0.0, 0.15))
everything_at_once = [
    ("policy", "Color", (2, 1)),
    ("policy", "Rotate", (9, 1)),
    ("policy", "TranslateX", (9, -1)),
    ("policy", "ShearY", (8, 1)),
    ("rand", "SolarizeAdd", (36.7,)),
    ("rand", "Sharpness", (1.9,)),
    ("rand", "TranslateY", (-0.21,)),
    ("rand", "Posterize", (4.9,)),
    ("plain", "Hue", (-0.08,)),
    ("plain", "Brightness", (1.22,)),
    ("plain", "Color", (0.7,)),
    ("plain", "Contrast", (1.31,)),
]
for grey in (False, True):
    operations = everything_at_once + [("plain", "Grayscale", ())] * grey
    normed(
        sequence(
            LARGE, SIZE, shift=(1, 1), crop=(4, 6, 2), part=(2, 1, 9, 13), flip=not grey, operations=operations,
            holes=((3, 9),), length=6, scale=(0.1, 0.3),
        )
    )

# The tables, as printed in the appendix of AutoAugment: probability, operation, level, twice for each part.
POLICIES = {
    "imagenet_policy": """
        .4 Posterize 8 .6 Rotate 9 | .6 Solarize 5 .6 AutoContrast 5 | .8 Equalize 8 .6 Equalize 3
        .6 Posterize 7 .6 Posterize 6 | .4 Equalize 7 .2 Solarize 4 | .4 Equalize 4 .8 Rotate 8
        .6 Solarize 3 .6 Equalize 7 | .8 Posterize 5 1 Equalize 2 | .2 Rotate 3 .6 Solarize 8
        .6 Equalize 8 .4 Posterize 6 | .8 Rotate 8 .4 Color 0 | .4 Rotate 9 .6 Equalize 2
        0 Equalize 7 .8 Equalize 8 | .6 Invert 4 1 Equalize 8 | .6 Color 4 1 Contrast 8
        .8 Rotate 8 1 Color 2 | .8 Color 8 .8 Solarize 7 | .4 Sharpness 7 .6 Invert 8
        .6 ShearX 5 1 Equalize 9 | .4 Color 0 .6 Equalize 3 | .4 Equalize 7 .2 Solarize 4
        .6 Solarize 5 .6 AutoContrast 5 | .6 Invert 4 1 Equalize 8 | .6 Color 4 1 Contrast 8
        .8 Equalize 8 .6 Equalize 3""",
    "cifar10_policy": """
        .1 Invert 7 .2 Contrast 6 | .7 Rotate 2 .3 TranslateX 9 | .8 Sharpness 1 .9 Sharpness 3
        .5 ShearY 8 .7 TranslateY 9 | .5 AutoContrast 8 .9 Equalize 2 | .2 ShearY 7 .3 Posterize 7
        .4 Color 3 .6 Brightness 7 | .3 Sharpness 9 .7 Brightness 9 | .6 Equalize 5 .5 Equalize 1
        .6 Contrast 7 .6 Sharpness 5 | .7 Color 7 .5 TranslateX 8 | .3 Equalize 7 .4 AutoContrast 8
        .4 TranslateY 3 .2 Sharpness 6 | .9 Brightness 6 .2 Color 8 | .5 Solarize 2 0 Invert 3
        .2 Equalize 0 .6 AutoContrast 0 | .2 Equalize 8 .6 Equalize 4 | .9 Color 9 .6 Equalize 6
        .8 AutoContrast 4 .2 Solarize 8 | .1 Brightness 3 .7 Color 0 | .4 Solarize 5 .9 AutoContrast 3
        .9 TranslateY 9 .7 TranslateY 9 | .9 AutoContrast 2 .8 Solarize 3 | .8 Equalize 8 .1 Invert 3
        .7 TranslateY 9 .9 AutoContrast 1""",
    "svhn_policy": """
        .9 ShearX 4 .2 Invert 3 | .9 ShearY 8 .7 Invert 5 | .6 Equalize 5 .6 Solarize 6
        .9 Invert 3 .6 Equalize 3 | .6 Equalize 1 .9 Rotate 3 | .9 ShearX 4 .8 AutoContrast 3
        .9 ShearY 8 .4 Invert 5 | .9 ShearY 5 .2 Solarize 6 | .9 Invert 6 .8 AutoContrast 1
        .6 Equalize 3 .9 Rotate 3 | .9 ShearX 4 .3 Solarize 3 | .8 ShearY 8 .7 Invert 4
        .9 Equalize 5 .6 TranslateY 6 | .9 Invert 4 .6 Equalize 7 | .3 Contrast 3 .8 Rotate 4
        .8 Invert 5 0 TranslateY 2 | .7 ShearY 6 .4 Solarize 8 | .6 Invert 4 .8 Rotate 4
        .3 ShearY 7 .9 TranslateX 3 | .1 ShearX 6 .6 Invert 5 | .7 Solarize 2 .6 TranslateY 7
        .8 ShearY 4 .8 Invert 8 | .7 ShearX 9 .8 TranslateY 3 | .8 ShearY 5 .7 AutoContrast 3
        .7 ShearX 2 .1 Invert 5""",
}
policies = {}
for name, text in POLICIES.items():
    words = text.replace("|", " ").split()
    policies[name] = [[float(words[i]), words[i + 1], int(words[i + 2])] for i in range(0, len(words), 3)]

# What the RandAugments choose from, each with the ends of its range.
MOVES = "ShearX -.3 .3 ShearY -.3 .3 Solarize 0 256 TranslateX -.3 .3 TranslateY -.3 .3"
SPACES = {
    "randaugment": """AutoContrast 0 1 Equalize 0 1 Invert 0 1 Rotate 0 30 Posterize 4 8 Solarize 0 256 SolarizeAdd 0 110
        Color .1 1.9 Contrast .1 1.9 Brightness .1 1.9 Sharpness .1 1.9 ShearX 0 .3 ShearY 0 .3 CutoutAbs 0 40
        TranslateXabs 0 100 TranslateYabs 0 100""",
    "randaugment_fixmatch": f"""AutoContrast 0 1 Brightness .05 .95 Color .05 .95 Contrast .05 .95 Equalize 0 1
        Identity 0 1 Posterize 4 8 Rotate -30 30 Sharpness .05 .95 {MOVES}""",
    "randaugment2": f"""AutoContrast 0 1 Brightness .1 1.9 Color .1 1.9 Contrast .1 1.9 Equalize 0 1 Identity 0 1
        Invert 0 1 Posterize 4 8 Rotate -30 30 Sharpness .1 1.9 {MOVES}""",
}
spaces = {}
for name, text in SPACES.items():
    words = text.split()
    spaces[name] = [[words[i], float(words[i + 1]), float(words[i + 2])] for i in range(0, len(words), 3)]

save_file({k: v.contiguous() for k, v in tensors.items()}, "augment.safetensors")
golden = {"mean": MEAN, "std": STD, "cases": cases, "crops": crops, "sequences": sequences, "norms": norms, "policies": policies, "spaces": spaces}
with open("augment.json", "w") as f:
    json.dump(golden, f)
    f.write("\n")
