"""The work of `tests/src/bin/bench_compute.rs` in PyTorch, with open_clip's towers.

    python compute.py weights FOLDER MODEL          writes random weights that both programs read
    python compute.py WORK FOLDER MODEL CLASSES REPEATS [DEVICE [PRECISION]]

WORK is one of

    mlpt          one co-training step as the published code does it: six image passes, six text passes
    mlpt-minimal  the same step with what it needs and no more: two image passes, one text pass
    coop          one step of CoOp
    text          text tower, forward and backward to the context
    image         image tower, forward, a batch of 32

Every step works on batches of 32 images that lie in memory, with 16 context tokens and texts of 77 tokens. DEVICE is cpu
or cuda:0, PRECISION fp32, or fp16 or bf16 for frozen towers of that type under a context in f32.
"""

import json
import sys
import time
from pathlib import Path

import open_clip
import torch
import torch.nn.functional as F

BATCH, CONTEXT, AT_ONCE = 32, 16, 200
torch.set_num_threads(2)


def names(count):
    """Texture words, and pairs of them when these are used up."""
    words = (Path(__file__).parent / "words.txt").read_text().split()
    return [words[i % 47] if i < 47 else f"{words[i % 47]} {words[i // 47 - 1]}" for i in range(count)]


def build(model):
    torch.manual_seed(1)
    # ResNets of OpenAI have quick GELU in the text tower as the others do.
    clip = open_clip.create_model(f"{model}-quickgelu", precision="fp32").eval()
    return clip.requires_grad_(False)


class Learner:
    """CoOp's prompt learner: 16 shared context tokens before the class name."""

    def __init__(self, clip, classes):
        prompts = [" ".join(["a photo of a"] * 4) + f" {name}." for name in names(classes)]
        self.ids = open_clip.tokenize(prompts).to(DEVICE)
        embedded = clip.token_embedding(self.ids).float()
        self.start, self.rest = embedded[:, :1], embedded[:, 1 + CONTEXT :]
        self.context = embedded[0, 1 : 1 + CONTEXT].clone().requires_grad_(True)
        self.optimizer = torch.optim.SGD([self.context], lr=0.002, momentum=0.9, weight_decay=5e-4)
        self.clip = clip

    def text(self, classes=slice(None)):
        clip, ids = self.clip, self.ids[classes]
        x = torch.cat([self.start[classes], self.context.expand(len(ids), -1, -1), self.rest[classes]], 1)
        x = x.to(DTYPE) + clip.positional_embedding
        x = clip.transformer(x, attn_mask=clip.attn_mask.to(DTYPE))
        x = clip.ln_final(x)[torch.arange(len(ids), device=DEVICE), ids.argmax(-1)]
        return (x @ clip.text_projection).float()

    def logits(self, images, text):
        return self.clip.logit_scale.float().exp() * F.normalize(images.float(), dim=-1) @ F.normalize(text, dim=-1).T

    def both(self, pixels):
        """What the published model does each time that it is called."""
        return self.logits(self.clip.visual(pixels), self.text())

    def step(self, loss):
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def sharpen(p):
    p = p**2
    return p / p.sum(1, keepdim=True)


def targets(own, peer, clean, labels):
    """Co-refinement of x, co-guessing of u: the mean of both learners' probabilities, squared."""
    (tx, tu), (qx, qu) = own, peer
    px = (tx.softmax(1) + qx.softmax(1)) / 2
    px = clean[:, None] * F.one_hot(labels, px.shape[1]) + (1 - clean[:, None]) * px
    return sharpen(px), sharpen((tu.softmax(1) + qu.softmax(1)) / 2)


def objective(x, u, tx, tu):
    return -(tx * x.log_softmax(1)).sum(1).mean() + ((u.softmax(1) - tu) ** 2).mean()


def work(kind, clip, classes):
    """A function that does the work once."""
    size = clip.visual.image_size[0] if isinstance(clip.visual.image_size, tuple) else clip.visual.image_size
    count = BATCH * 3 * size * size
    pixels = ((torch.arange(count) * 7919 % 255) / 127.5 - 1).reshape(BATCH, 3, size, size).to(DEVICE, DTYPE)
    if kind == "image":
        with torch.no_grad():
            return lambda: torch.no_grad()(clip.visual)(pixels).float().square().mean().item()
    learner = Learner(clip, classes)
    if kind == "text":

        def text():
            # The graph of 1,000 classes does not fit.
            learner.context.grad, total = None, 0.0
            for first in range(0, classes, AT_ONCE):
                features = learner.text(slice(first, first + AT_ONCE))
                loss = features.square().sum() / (classes * features.shape[1])
                loss.backward()
                total += loss.item()
            return total

        return text
    labels = torch.arange(BATCH, device=DEVICE) % classes
    if kind == "coop":

        def coop():
            with torch.no_grad():
                features = clip.visual(pixels)
            return learner.step(F.cross_entropy(learner.logits(features, learner.text()), labels))

        return coop
    peer, clean, other = Learner(clip, classes), torch.linspace(0.5, 1, BATCH, device=DEVICE), pixels.flip(0)
    if kind == "mlpt":

        def published():
            with torch.no_grad():
                own = learner.both(pixels), learner.both(other)
                theirs = peer.both(pixels), peer.both(other)
                tx, tu = targets(own, theirs, clean, labels)
            return learner.step(objective(learner.both(pixels), learner.both(other), tx, tu))

        return published
    assert kind == "mlpt-minimal", kind
    with torch.no_grad():
        peers = peer.text()  # once an epoch

    def minimal():
        with torch.no_grad():
            x, u = clip.visual(pixels), clip.visual(other)
            theirs = learner.logits(x, peers), learner.logits(u, peers)
        text = learner.text()
        own = learner.logits(x, text), learner.logits(u, text)
        with torch.no_grad():
            tx, tu = targets(own, theirs, clean, labels)
        return learner.step(objective(*own, tx, tu))

    return minimal


if sys.argv[1] == "weights":
    folder, model = Path(sys.argv[2]), sys.argv[3]
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / f"{model}.pt").exists():
        torch.save(build(model).state_dict(), folder / f"{model}.pt.part")
        (folder / f"{model}.pt.part").rename(folder / f"{model}.pt")
else:
    kind, folder, model, classes, repeats = sys.argv[1], Path(sys.argv[2]), sys.argv[3], *map(int, sys.argv[4:6])
    DEVICE, PRECISION = (sys.argv[6:8] + ["cpu", "fp32"][len(sys.argv[6:8]) :])
    DTYPE = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[PRECISION]
    clip = build(model)
    clip.load_state_dict(torch.load(folder / f"{model}.pt"))
    clip.to(DEVICE, DTYPE)
    once = work(kind, clip, classes)
    for n in range(repeats + 1):
        started = time.perf_counter()
        check = once()
        # The first time fills caches and pools of memory; it does not count.
        if n:
            print(json.dumps({"seconds": round(time.perf_counter() - started, 5), "check": check}), flush=True)
