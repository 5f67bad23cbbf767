"""Golden bytes of Pillow's resize: writes resize.json beside this file.

Pinned: pillow 12.3.0 (9.5.0 and 11.3.0 write the same file), numpy 2.x. Pillow 13 resamples along the
columns first where a picture gets wider and lower, which moves last bits; published results are older.
"""

import json
import pathlib

import numpy as np
from PIL import Image

FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}

# width, height, part (left, top, width, height), size (width, height), keep (left, top, width, height)
SHAPES = [
    (13, 7, None, (5, 9), None),
    (13, 7, None, (29, 3), None),
    (1, 17, None, (6, 6), None),
    (17, 1, None, (6, 6), None),
    (1, 1, None, (5, 4), None),
    (9, 9, None, (9, 9), None),
    (9, 9, None, (9, 4), None),
    (9, 9, None, (4, 9), None),
    (31, 23, (3, 2, 11, 17), (8, 8), None),
    (31, 23, (20, 0, 11, 23), (16, 16), None),
    (31, 23, (5, 6, 1, 9), (8, 8), None),
    (40, 27, None, (23, 16), (3, 0, 16, 16)),
    (27, 40, None, (33, 48), (0, 8, 33, 33)),
    (64, 48, None, (3, 2), None),
]


def main():
    rng = np.random.default_rng(0)
    cases = []
    for width, height, part, size, keep in SHAPES:
        # Half the pixels are 0 or 255, so that overshoot has to be clamped.
        pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        hard = rng.random((height, width, 3)) < 0.5
        pixels = np.where(hard, (pixels > 127) * np.uint8(255), pixels).astype(np.uint8)
        part = part or (0, 0, width, height)
        keep = keep or (0, 0, *size)
        image = Image.fromarray(pixels)
        left, top, w, h = part
        cut = image.crop((left, top, left + w, top + h))
        for name, resample in FILTERS.items():
            result = np.asarray(cut.resize(size, resample))
            x, y, kw, kh = keep
            cases.append({
                "image": pixels.tobytes().hex(),
                "width": width,
                "height": height,
                "part": part,
                "size": size,
                "keep": keep,
                "filter": name,
                "result": np.ascontiguousarray(result[y : y + kh, x : x + kw]).tobytes().hex(),
            })
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")


main()
