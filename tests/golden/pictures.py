"""Picture files that people have and decoders differ on, as RGB by Pillow: CMYK, EXIF orientation, progressive.

Pinned: pillow 12.3.0, numpy 2.4.6. Run in this folder: python pictures.py
Writes pictures.json: each file in hexadecimal, and what `Image.open(..).convert("RGB")` makes of it, which is what
CoOp's code and Dassl's read. Neither turns a picture by its EXIF tag.
"""

import io
import json

import numpy as np
from PIL import Image

rng = np.random.default_rng(17)


def smooth(height, width, channels):
    """Few frequencies, so that rounding in the JPEG's transform is all that decoders differ in."""
    y, x = np.mgrid[0:height, 0:width] / 16.0
    planes = [128 + 100 * np.sin(x * rng.uniform(1, 3) + rng.uniform(0, 6)) * np.cos(y * rng.uniform(1, 3)) for _ in range(channels)]
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def saved(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()


def orientation(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


rgb = Image.fromarray(smooth(21, 34, 3))
FILES = {
    "CMYK JPEG": saved(Image.fromarray(smooth(19, 30, 4), "CMYK"), format="JPEG", quality=95),
    "JPEG turned by EXIF (6)": saved(rgb, format="JPEG", quality=95, subsampling=0, exif=orientation(6)),
    "JPEG mirrored by EXIF (4)": saved(rgb, format="JPEG", quality=95, subsampling=0, exif=orientation(4)),
    "progressive JPEG": saved(rgb, format="JPEG", quality=90, subsampling=0, progressive=True),
    "PNG turned by EXIF (8)": saved(rgb, format="PNG", exif=orientation(8)),
}
cases = []
for name, data in FILES.items():
    image = Image.open(io.BytesIO(data))
    mode, image = image.mode, image.convert("RGB")
    cases.append(
        {
            "name": name,
            "mode": mode,
            "jpeg": "JPEG" in name,
            "size": image.size,
            "file": data.hex(),
            "rgb": np.asarray(image).tobytes().hex(),
        }
    )
with open("pictures.json", "w") as f:
    json.dump(cases, f, indent=0)
    f.write("\n")
