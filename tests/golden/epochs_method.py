"""CoOp's and MLPT's epochs in PyTorch, step by step as the published code takes them, for epochs.py.

Nothing is saved or shared: a co-training step makes six image passes and six text passes over all
77 positions. Nothing is drawn at random while training: sequential samplers, all items of both
sides of a split, no augmentation. k-means starts at random, so its outcome must not depend on
that: `divide` checks every start.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.mixture import GaussianMixture

from epochs_clip import LENGTH

MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]


# ---- the prompt learner -------------------------------------------------------------------------


class PromptLearner:
    """`ctx` [M, D], or [C, M, D] where each class has its own, in the place of a prompt's words."""

    def __init__(self, clip, tokenizer, class_names, ctx, position, optim):
        self.clip, self.position = clip, position
        self.ctx = ctx.double().clone().requires_grad_()
        self.m = ctx.shape[-2]
        start, end = (tokenizer.token_to_id(f"<|{which}oftext|>") for which in ["start", "end"])
        names = [name.replace("_", " ") for name in class_names]
        encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
        self.name_lens = [len(encode(name)) for name in names]
        self.ids = torch.zeros(len(names), LENGTH, dtype=torch.long)
        for row, name in zip(self.ids, names):
            ids = [start, *encode(" ".join(["X"] * self.m) + f" {name}."), end]
            row[: len(ids)] = torch.tensor(ids)
        embedding = clip.embed(self.ids)
        self.prefix, self.suffix = embedding[:, :1], embedding[:, 1 + self.m :]
        self.optimizer = torch.optim.SGD(
            [self.ctx], lr=0.0, momentum=optim["MOMENTUM"], weight_decay=optim["WEIGHT_DECAY"]
        )

    def prompts(self):
        """[C, 77, D]"""
        ctx = self.ctx if self.ctx.dim() == 3 else self.ctx.expand(len(self.ids), -1, -1)
        if self.position == "end":
            return torch.cat([self.prefix, ctx, self.suffix], dim=1)
        assert self.position == "middle"
        half, rows = self.m // 2, []
        for c, length in enumerate(self.name_lens):
            name, rest = self.suffix[c, :length], self.suffix[c, length:]
            rows.append(torch.cat([self.prefix[c], ctx[c, :half], name, ctx[c, half:], rest]))
        return torch.stack(rows)

    def __call__(self, images):
        """One image pass, one text pass: logits [B, C]."""
        return self.clip.logits(self.clip.image(images), self.clip.text(self.prompts(), self.ids))

    def step(self, loss):
        self.optimizer.zero_grad()
        assert loss.isfinite()
        loss.backward()
        norm = self.ctx.grad.norm().item()
        self.optimizer.step()
        return norm


def learning_rate(epoch, o):
    """Of a one-based epoch: warm-up, then a cosine over MAX_EPOCH that starts at its full height."""
    w = o["WARMUP_EPOCH"]
    if w > 0 and epoch <= w:
        if o["WARMUP_TYPE"] == "constant":
            return o["WARMUP_CONS_LR"]
        return o["WARMUP_MIN_LR"] if epoch == 1 else o["LR"] * (epoch - 1) / w
    t = epoch - w - 1 if w > 0 else epoch - 1
    return 0.5 * o["LR"] * (1 + math.cos(math.pi * t / o["MAX_EPOCH"]))


# ---- losses and data ----------------------------------------------------------------------------


def gce(logits, targets, q=0.5):
    """Generalised cross-entropy against labels [B] or distributions [B, C]."""
    p = logits.softmax(dim=1) + 1e-6
    if targets.dim() == 1:
        return ((1 - p[torch.arange(len(p)), targets] ** q) / q).mean()
    return (targets * (1 - p**q) / q).sum(dim=1).mean()


def ce(logits, targets):
    """Cross-entropy against labels [B] or distributions [B, C]."""
    if targets.dim() == 1:
        return F.cross_entropy(logits, targets)
    return -(targets * F.log_softmax(logits, dim=1)).sum(dim=1).mean()


def accuracy(logits, labels):
    return 100.0 * (logits.argmax(dim=1) == labels).double().mean().item()


def pixels(pictures):
    """u8 [N, H, W, 3] to normalised pixels [N, 3, H, W], in f32 as torchvision does it."""
    x = pictures.permute(0, 3, 1, 2).float() / 255
    mean, std = (torch.tensor(v, dtype=torch.float32).view(3, 1, 1) for v in (MEAN, STD))
    return ((x - mean) / std).double()


def batches(items, size, training):
    """In order; a short last batch of training is dropped unless it is the only one."""
    parts = [items[i : i + size] for i in range(0, len(items), size)]
    return parts[:-1] if training and len(items) >= size and len(parts[-1]) < size else parts


# ---- the two trainers ---------------------------------------------------------------------------


def supervised_epoch(learner, name, data, s, loss_name, lr):
    """CoOp's epoch and MLPT's warm-up."""
    learner.optimizer.param_groups[0]["lr"] = lr
    steps = []
    for batch in batches(list(range(len(data["labels"]))), s["DATALOADER.TRAIN_X.BATCH_SIZE"], True):
        labels = data["labels"][batch]
        logits = learner(data["images"][batch])
        loss = (gce if loss_name == "gce" else ce)(logits, labels)
        norm = learner.step(loss)
        steps.append({"learner": name, "loss": loss.item(), "acc": accuracy(logits, labels), "grad_norm": norm})
    return steps


def two_means(x, cut):
    """Lloyd's iteration on sorted numbers, from the first `cut` of them against the others."""
    while True:
        middle = (x[:cut].mean() + x[cut:].mean()) / 2
        if (new := int(np.searchsorted(x, middle))) == cut:
            return cut
        cut = new


def divide(losses):
    """Probability of being clean; the same from every start, and far from every decision."""
    x = (losses - losses.min()) / (losses.max() - losses.min())
    # On a line two clusters are a cut, so these are all the starts that there are.
    cuts = {two_means(np.sort(x), cut) for cut in range(1, len(x))}
    assert len(cuts) == 1, "k-means has several outcomes"
    found = []
    for state in range(20):
        gmm = GaussianMixture(2, max_iter=10, tol=1e-2, reg_covar=5e-4, random_state=state).fit(x[:, None])
        found.append(gmm.predict_proba(x[:, None])[:, gmm.means_.argmin()])
    assert np.ptp(found, axis=0).max() < 1e-9, "the mixture has several outcomes"
    assert np.abs(found[0] - 0.5).min() > 0.002, "a probability is too near to the threshold"
    # Nor may rounding decide when the fit has settled.
    changes = np.abs(np.diff(gmm.lower_bounds_))
    assert (np.abs(changes - 1e-2) > 2e-5).all(), "the bound changes by almost the tolerance"
    return found[0]


def eval_train(learner, data, s):
    """Cross-entropy of every given label, whatever loss is minimised; then the mixture."""
    losses = torch.zeros(len(data["labels"]))
    with torch.no_grad():
        for batch in batches(list(range(len(losses))), s["DATALOADER.TEST.BATCH_SIZE"], False):
            losses[batch] = F.cross_entropy(learner(data["images"][batch]), data["labels"][batch], reduction="none")
    return divide(losses.numpy())


def split(pred, prob):
    """The labelled side with its probabilities, and the other side, in pool order."""
    labelled = [i for i in range(len(pred)) if pred[i]]
    unlabelled = [i for i in range(len(pred)) if not pred[i]]
    return labelled, unlabelled, torch.tensor(prob)


def one_hot_of(targets):
    return F.one_hot(targets.argmax(dim=1), targets.shape[1]).double()


def run_epoch(learner, peer, name, parts, data, s, lr):
    """Trains `learner` on what its peer calls clean and not clean. X sets the pace, U goes round."""
    learner.optimizer.param_groups[0]["lr"] = lr
    labelled, unlabelled, prob = parts
    loader_u = batches(unlabelled, s["DATALOADER.TRAIN_U.BATCH_SIZE"], True)
    iterator_u = iter(loader_u)
    power, steps = 1 / s["TRAINER.MLPT.TEM"], []
    for x in batches(labelled, s["DATALOADER.TRAIN_X.BATCH_SIZE"], True):
        try:
            u = next(iterator_u)
        except StopIteration:
            iterator_u = iter(loader_u)
            u = next(iterator_u)
        image_x, image_u = data["images"][x], data["images"][u]
        with torch.no_grad():
            label = F.one_hot(data["labels"][x], len(data["class_names"])).double()
            wx = prob[x].view(-1, 1)
            own_x, other_x = learner(image_x).softmax(dim=1), peer(image_x).softmax(dim=1)
            own_u, other_u = learner(image_u).softmax(dim=1), peer(image_u).softmax(dim=1)
            # Co-refinement.
            px = wx * label + (1 - wx) * (own_x + other_x) / 2
            ptx = px**power
            targets_x = ptx / ptx.sum(dim=1, keepdim=True)
            # Co-guessing.
            ptu = ((own_u + other_u) / 2) ** power
            targets_u = ptu / ptu.sum(dim=1, keepdim=True)
            if s.get("TRAINER.MLPT.TARGETS", "soft") == "onehot":
                targets_x, targets_u = one_hot_of(targets_x), one_hot_of(targets_u)
        logits_x, logits_u = learner(image_x), learner(image_u)
        loss_x = (gce if s["LOSS.NAME"] == "gce" else ce)(logits_x, targets_x)
        loss_u = ((logits_u.softmax(dim=1) - targets_u) ** 2).mean()
        loss = loss_x + s.get("TRAINER.MLPT.LAMBDA_U", 1.0) * loss_u
        norm = learner.step(loss)
        acc = accuracy(logits_x, targets_x.argmax(dim=1))
        losses = {"loss": loss.item(), "loss_x": loss_x.item(), "loss_u": loss_u.item()}
        steps.append({"learner": name, **losses, "acc": acc, "grad_norm": norm})
    # Or else going round would not be tried.
    assert len(steps) > len(loader_u), (len(steps), len(loader_u))
    return steps


def mlpt_epoch(e, p1, p2, data, s, lr):
    """One zero-based epoch: its steps and, after the warm-up, the clean probabilities."""
    names = ["prompt_learner1", "prompt_learner2"]
    if e < s["WARMUP.EPOCH"]:
        steps = [supervised_epoch(p, n, data, s, s["LOSS.NAME"], lr) for p, n in zip((p1, p2), names)]
        return steps[0] + steps[1], []
    prob1, prob2 = eval_train(p1, data, s), eval_train(p2, data, s)
    pred1, pred2 = prob1 > s["WARMUP.THRESHOLD"], prob2 > s["WARMUP.THRESHOLD"]
    steps = run_epoch(p1, p2, names[0], split(pred2, prob2), data, s, lr)
    steps += run_epoch(p2, p1, names[1], split(pred1, prob1), data, s, lr)
    return steps, [prob1, prob2]
