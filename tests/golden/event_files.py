"""Event files for TensorBoard: a made-up metrics.jsonl, and what the reference writer makes of it."""

import json
import math
import random
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
from tensorboard.summary.writer.record_writer import RecordWriter

HERE = Path(__file__).parent / "event_files"
# 2026-03-01T07:05:09Z, where the run is said to begin.
STARTED = 1772348709.0
LEARNERS = ["prompt_learner1", "prompt_learner2"]
EPOCHS, BATCHES = 3, 5


def short(value):
    """At most 17 digits may come back a unit of the last place off from our reader; ten do not."""
    return value if value is None else float(f"{value:.10g}")


def made_up():
    draw = random.Random(7)
    yield {"event": "note", "text": "Trainer: MLPT – „quoted“ \"text\""}
    yield {"event": "detail", "text": "one\ntwo"}
    yield {"event": "start", "epoch": 1, "max_epoch": EPOCHS, "learners": LEARNERS}
    for epoch in range(1, EPOCHS + 1):
        for number, learner in enumerate(LEARNERS, 1):
            for batch in range(1, BATCHES + 1):
                losses = [["loss", short(draw.expovariate(1.0))]]
                if epoch > 1:
                    losses += [["loss_x", short(draw.random())], ["loss_u", 0.0]]
                if (epoch, batch) == (2, 3):
                    losses[0][1] = None
                yield {
                    "event": "step", "phase": f"Warmup CLIP{number}", "learner": learner, "epoch": epoch,
                    "max_epoch": EPOCHS, "batch": batch, "num_batches": BATCHES, "time_s": short(draw.random()),
                    "data_s": short(draw.random() / 100), "losses": losses,
                    "acc": draw.choice([None, 50.0, short(100 * draw.random())]), "lr": short(0.002 * draw.random()),
                    "grad_norm": short(draw.lognormvariate(0, 9)),
                }
        yield {"event": "scalar", "name": "val/accuracy", "epoch": epoch, "value": draw.choice([None, 0.0, -1e-300])}
        for learner in LEARNERS:
            yield {"event": "scalar", "name": f"detection/{learner}/auroc", "epoch": epoch, "value": short(draw.random())}
        counts = [draw.randrange(40) for _ in range(32)]
        yield {
            "event": "histogram", "name": "pool-loss/prompt_learner1", "epoch": epoch, "low": short(draw.random() / 10),
            "high": short(5 + draw.random()), "counts": counts, "wrong": [draw.randint(0, n) for n in counts],
            "mixture": {"means": [0.1, 0.6], "variances": [0.01, 0.02], "weights": [0.5, 0.5]},
        }
        # Every loss the same; nobody knows what is wrong.
        yield {
            "event": "histogram", "name": "pool-loss/prompt_learner2", "epoch": epoch, "low": 0.25, "high": 0.25,
            "counts": [384] + [0] * 31, "wrong": None, "mixture": None,
        }
        yield {
            "event": "histogram", "name": "pool-loss/broken", "epoch": epoch, "low": 0.25, "high": None,
            "counts": [1] * 32, "wrong": None, "mixture": None,
        }
        yield {"event": "epoch-end", "epoch": epoch, "max_epoch": EPOCHS, "time_s": short(20 + draw.random())}
        yield {"event": "warning", "text": "look"}
        yield {"event": "from-a-later-version", "epoch": epoch}


def scalar(tag, value):
    value = math.nan if value is None else value
    return Summary.Value(tag=tag, simple_value=value)


def histogram(tag, low, high, counts):
    def edge(n):
        return low + (high - low) * n / len(counts)

    middles = [edge(n + 0.5) for n in range(len(counts))]
    squares = 0.0
    total = 0.0
    for count, middle in zip(counts, middles):
        total += count * middle
        squares += count * middle * middle
    histo = HistogramProto(
        min=low, max=high, num=sum(counts), sum=total, sum_squares=squares,
        bucket_limit=[edge(n) for n in range(1, len(counts) + 1)], bucket=counts,
    )
    return Summary.Value(tag=tag, histo=histo)


def told(events):
    """The reference's messages, in the order in which they are written."""
    yield Event(wall_time=STARTED, file_version="brain.Event:2")
    clock = finished = STARTED
    steps = dict.fromkeys(LEARNERS, 0)
    for event in events:
        kind = event["event"]
        if kind == "step":
            learner = event["learner"]
            steps[learner] += 1
            clock += event["time_s"]
            named = [(name, value) for name, value in event["losses"]]
            named += [("acc", event["acc"])] if event["acc"] is not None else []
            named += [("lr", event["lr"]), ("grad_norm", event["grad_norm"])]
            values = [scalar(f"step/{learner}/{name}", value) for name, value in named]
            step = steps[learner]
        elif kind == "scalar":
            values, step = [scalar(event["name"], event["value"])], event["epoch"]
        elif kind == "histogram" and event["high"] is not None:
            name, low, high = event["name"], event["low"], event["high"]
            values, step = [histogram(name, low, high, event["counts"])], event["epoch"]
            if event["wrong"] is not None:
                values.append(histogram(f"{name}/wrong", low, high, event["wrong"]))
        elif kind == "epoch-end":
            finished += event["time_s"]
            clock = finished
            continue
        else:
            continue
        yield Event(wall_time=clock, step=step, summary=Summary(value=values))


def write(name, messages):
    with open(HERE / name, "wb") as file:
        writer = RecordWriter(file)
        for message in messages:
            writer.write(message.SerializeToString(deterministic=True))
        writer.flush()


HERE.mkdir(exist_ok=True)
EVENTS = list(made_up())
with open(HERE / "metrics.jsonl", "w", encoding="utf-8") as file:
    for event in EVENTS:
        file.write(json.dumps({"v": 1} | event, ensure_ascii=False) + "\n")
write("events.bin", told(EVENTS))
IMAGE = Summary.Image(height=2, width=300, colorspace=3, encoded_image_string=b"\x89PNG")
VALUES = [Summary.Value(tag="test/accuracy", simple_value=0.0), Summary.Value(tag="a", image=IMAGE)]
write("picture.bin", [Event(wall_time=STARTED, step=0, summary=Summary(value=VALUES))])
