"""Reads the TensorBoard events of runs as TensorBoard does, and compares them with metrics.jsonl.

    pip install tensorboard==2.21.0
    python ci/read_events.py RUN...

Fails on the first difference: a scalar that is missing, wrong, told twice or not in metrics.jsonl, a histogram with
other counts, a confusion matrix that is not there or is no picture.
"""

import json
import math
import struct
import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def single(value):
    """A figure as TensorBoard keeps it: with single precision; null is one that was not finite."""
    if value is None:
        return math.nan
    try:
        return struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def wanted(run):
    """Scalars and histograms by tag, each a list of (step, value)."""
    scalars, histograms, steps = {}, {}, {}
    for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if event["event"] == "step":
            learner = event["learner"]
            steps[learner] = step = steps.get(learner, 0) + 1
            place = f"step/{learner}" if learner else "step"
            figures = event["losses"] + [["lr", event["lr"]], ["grad_norm", event["grad_norm"]]]
            if event["acc"] is not None:
                figures.append(["acc", event["acc"]])
            for name, value in figures:
                scalars.setdefault(f"{place}/{name}", []).append((step, single(value)))
        elif event["event"] == "scalar":
            scalars.setdefault(event["name"], []).append((event["epoch"], single(event["value"])))
        elif event["event"] == "histogram":
            for tag, counts in [(event["name"], event["counts"]), (event["name"] + "/wrong", event["wrong"])]:
                if counts is not None:
                    histograms.setdefault(tag, []).append((event["epoch"], counts))
    return scalars, histograms


def check(run):
    scalars, histograms = wanted(run)
    # 0 keeps all; the default is a sample.
    events = EventAccumulator(str(run / "tensorboard"), size_guidance=dict.fromkeys(["scalars", "histograms", "images"], 0))
    events.Reload()
    tags = events.Tags()
    result = run / "result.json"
    accuracy = json.loads(result.read_text(encoding="utf-8")).get("accuracy") if result.exists() else None
    if accuracy is not None and "test/accuracy" in tags["scalars"]:
        last = events.Scalars("test/accuracy")[-1].step
        scalars["test/accuracy"] = [(last, single(accuracy))]
    assert sorted(tags["scalars"]) == sorted(scalars), set(tags["scalars"]) ^ set(scalars)
    assert sorted(tags["histograms"]) == sorted(histograms), set(tags["histograms"]) ^ set(histograms)

    def same(one, other):
        if math.isnan(one) or math.isinf(one):
            return one == other or math.isnan(one) and math.isnan(other)
        # The program may read a double with 17 digits one unit of its last place off. Where it lies in the middle of
        # two singles, as means of singles often do, that is the other one.
        return abs(one - other) <= 1.2e-7 * abs(one)

    clock = 0.0
    for tag, told in scalars.items():
        read = events.Scalars(tag)
        assert [s for s, _ in told] == [e.step for e in read], f"{tag}: steps {[e.step for e in read]}"
        for (step, value), event in zip(told, read):
            assert same(value, event.value), f"{tag}, step {step}: {event.value}, and metrics.jsonl has {value}"
        times = [e.wall_time for e in read]
        assert times == sorted(times), f"{tag}: times go back"
        clock = max(clock, *times)
    for tag, told in histograms.items():
        read = events.Histograms(tag)
        assert [s for s, _ in told] == [e.step for e in read], f"{tag}: steps"
        for (step, counts), event in zip(told, read):
            assert list(event.histogram_value.bucket) == counts, f"{tag}, step {step}: other counts"
            assert event.histogram_value.num == sum(counts), f"{tag}, step {step}: other sum"
    pictures = []
    if (run / "predictions.csv").exists() or (run / "cmat.csv").exists():
        assert tags["images"] == ["test/confusion"], tags["images"]
        for picture in events.Images("test/confusion"):
            png = picture.encoded_image_string
            assert png[:8] == b"\x89PNG\r\n\x1a\n", "the confusion matrix is no PNG"
            assert struct.unpack(">II", png[16:24]) == (picture.width, picture.height), "other size"
            pictures.append(f"{picture.width} x {picture.height}")
    points = sum(map(len, scalars.values()))
    print(f"{run}: {len(scalars)} scalars with {points} points, {len(histograms)} histograms, pictures {pictures}, "
          f"last at {clock:.1f}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for name in sys.argv[1:]:
        if not (Path(name) / "metrics.jsonl").is_file():
            sys.exit(f"{name}: no run is there (metrics.jsonl)")
        try:
            check(Path(name))
        except AssertionError as error:
            sys.exit(f"{name}: {error}")
