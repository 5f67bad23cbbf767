"""Draws a small data set: `pictures.py FOLDER` makes FOLDER/{train,val,test}/CLASS/N.png."""

import random
import sys
from pathlib import Path

from PIL import Image, ImageDraw

DRAW = {
    "circle": lambda d, box, ink: d.ellipse(box, fill=ink),
    "square": lambda d, box, ink: d.rectangle(box, fill=ink),
    "triangle": lambda d, box, ink: d.polygon([(box[0], box[3]), (box[2], box[3]), ((box[0] + box[2]) // 2, box[1])], fill=ink),
}


def picture(name, rng):
    size = (rng.randrange(50, 90), rng.randrange(50, 90))
    ground = tuple(rng.randrange(160, 256) for _ in range(3))
    ink = tuple(rng.randrange(0, 140) for _ in range(3))
    image = Image.new("RGB", size, ground)
    left, top = rng.randrange(2, 12), rng.randrange(2, 12)
    side = rng.randrange(24, min(size) - 12)
    DRAW[name](ImageDraw.Draw(image), (left, top, left + side, top + side), ink)
    return image


def main(folder):
    rng = random.Random(1)
    for split, count in [("train", 8), ("val", 4), ("test", 8)]:
        for name in DRAW:
            place = Path(folder) / split / name
            place.mkdir(parents=True, exist_ok=True)
            for number in range(count):
                picture(name, rng).save(place / f"{number:03}.png")


main(sys.argv[1])
