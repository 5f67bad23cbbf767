"""Compares the classifier of docs/using.md with `mlpt predict`: `loader.py EXPORTED FEATURES.json PREDICTED.json NAME`.

FEATURES.json is what `mlpt encode --json` prints, PREDICTED.json what `mlpt predict --json` prints. classifier.py, the code
of the page, lies in the working folder.
"""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, ".")
from classifier import Classifier  # noqa: E402

# Features are f32 numbers on both sides; the difference is that of their last digits.
MOST = 1e-4


def main(exported, features, predicted, name):
    encoded = {image["path"]: image["features"] for image in json.loads(Path(features).read_text())["images"]}
    document = json.loads(Path(predicted).read_text())
    images = document["images"]
    if len(images) < 10 or {image["path"] for image in images} != set(encoded):
        sys.exit(f"error: {name}: features of {len(encoded)} images and labels of {len(images)}, not of the same ones")
    classifier = Classifier(exported)
    if classifier.about["classes"] != document["classes"]:
        sys.exit(f"error: {name}: the exported classes are {classifier.about['classes']}, not {document['classes']}")
    labels, p = classifier(np.array([encoded[image["path"]] for image in images], dtype=np.float32))
    other = [image["path"] for image, label in zip(images, labels) if image["label"] != label]
    if other:
        sys.exit(f"error: {name}: other labels than mlpt predict for {', '.join(other)}")
    difference = float(np.abs(p - np.array([image["probabilities"] for image in images])).max())
    if not difference < MOST:
        sys.exit(f"error: {name}: probabilities differ by {difference:.1e}, more than {MOST:.0e}")
    kinds = len(set(labels))
    print(f"{name:13} {len(images)} images, {kinds} labels used, all labels equal, probabilities within {difference:.1e}")


main(*sys.argv[1:])
