"""Whole epochs of CoOp and MLPT at a small size: contexts, momenta, losses, probabilities, splits.

Pinned: Python 3.11, torch 2.15.0, scikit-learn 1.9.1, tokenizers 0.23.3, safetensors 0.8.0,
numpy 2.4.6. Run in this folder: OMP_NUM_THREADS=1 python epochs.py
Reads epochs_tokenizer.json (a copy of the built-in model's tokenizer.json), writes epochs.json and
epochs.safetensors.

The model is in epochs_clip.py, the method in epochs_method.py. Weights, pixels and first contexts
are f32 numbers; the arithmetic is f64, so that what differs is the other side's rounding.
"""

import ast
import json
import warnings

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from tokenizers import Tokenizer

from epochs_clip import Clip, random_weights
from epochs_method import MEAN, STD, PromptLearner, learning_rate, mlpt_epoch, pixels, supervised_epoch

warnings.filterwarnings("ignore", message="Best performing initialization did not converge")
torch.set_default_dtype(torch.float64)

# Side of a picture, context tokens.
SIZE, M = 21, 5
# Chosen so that every check of epochs_method.divide passes and the two learners' splits differ.
SEED, LOGIT_SCALE, CONTEXT_STD = 107, 1.7, 0.1
# How much of a picture is its class's pattern and not noise; how far the projections are from fitted.
PATTERN, RANDOM_SHARE = 0.77, 0.03
CLASS_NAMES = ["red circle", "ox", "a_very long-winded green triangle with 3 corners", "blue_square"]
# Given labels of the pool in order, and what the pictures show.
TRUE = [0, 1, 2, 3, 0, 2, 1, 3, 3, 0, 1, 2, 0, 1, 2, 3, 1, 0, 2, 3, 3, 1, 2, 0, 1, 2, 3]
GIVEN = [0, 1, 3, 3, 1, 2, 1, 0, 3, 0, 1, 3, 0, 1, 0, 3, 2, 0, 2, 3, 1, 1, 2, 2, 0, 2, 3]
TEST = 7
CONFIG = {
    "projection_dim": 18,
    "text_config": {
        "hidden_size": 24,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 3,
    },
    "vision_config": {
        "hidden_size": 20,
        "intermediate_size": 80,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "image_size": SIZE,
        "patch_size": 7,
    },
}
COMMON = {
    "INPUT.SIZE": f"({SIZE}, {SIZE})",
    "INPUT.TRANSFORMS": '["normalize"]',
    "INPUT.PIXEL_MEAN": str(MEAN),
    "INPUT.PIXEL_STD": str(STD),
    "DATALOADER.TRAIN_X.SAMPLER": "SequentialSampler",
    "DATALOADER.TRAIN_X.BATCH_SIZE": "4",
    "DATALOADER.TRAIN_U.SAME_AS_X": "False",
    "DATALOADER.TRAIN_U.SAMPLER": "SequentialSampler",
    "DATALOADER.TRAIN_U.BATCH_SIZE": "3",
    "DATALOADER.TEST.BATCH_SIZE": "5",
    "OPTIM.NAME": "sgd",
    "OPTIM.LR": "0.003",
    "OPTIM.MOMENTUM": "0.9",
    "OPTIM.WEIGHT_DECAY": "5e-4",
    "OPTIM.LR_SCHEDULER": "cosine",
    "OPTIM.MAX_EPOCH": "6",
    "OPTIM.WARMUP_EPOCH": "1",
    "OPTIM.WARMUP_TYPE": "constant",
    "OPTIM.WARMUP_CONS_LR": "0.002",
    "LOSS.NAME": "ce",
}
MLPT = {
    "TRAINER.NAME": "MLPT",
    "TRAINER.MLPT.N_CTX": str(M),
    "TRAINER.MLPT.TEM": "0.5",
    "TRAINER.MLPT.X_SHOTS": "0",
    "TRAINER.MLPT.U_SHOTS": "0",
    "WARMUP.EPOCH": "1",
    "WARMUP.THRESHOLD": "0.5",
}
COOP = {"TRAINER.NAME": "CoOp", "TRAINER.COOP.N_CTX": str(M)}
MIDDLE = {"TRAINER.COOP.CSC": "True", "TRAINER.COOP.CLASS_TOKEN_POSITION": "middle"}
LINEAR = {"OPTIM.WARMUP_EPOCH": "2", "OPTIM.WARMUP_TYPE": "linear", "OPTIM.WARMUP_MIN_LR": "0.001"}
# Name, epochs, settings beside COMMON.
SCENARIOS = [
    ("CoOp", 2, COOP),
    ("CoOp, gce, no warm-up of the rate", 2, {**COOP, "LOSS.NAME": "gce", "OPTIM.WARMUP_EPOCH": "-1"}),
    ("CoOp, class-specific contexts around the class, linear warm-up", 3, {**COOP, **MIDDLE, **LINEAR}),
    ("MLPT", 3, MLPT),
    ("MLPT, one-hot targets, heavy U", 3, {**MLPT, "TRAINER.MLPT.TARGETS": "onehot", "TRAINER.MLPT.LAMBDA_U": "20.0"}),
    ("MLPT, gce", 3, {**MLPT, "LOSS.NAME": "gce"}),
]


def literal(text):
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def pictures(generator, classes):
    """u8 [N, H, W, 3]: a pattern of its own for each class under noise."""
    small = torch.rand(len(CLASS_NAMES), 3, 4, 4, generator=generator)
    patterns = F.interpolate(small, (SIZE, SIZE), mode="bilinear").permute(0, 2, 3, 1)
    noise = torch.rand(len(classes), SIZE, SIZE, 3, generator=generator)
    noise = noise + 0.5 * torch.rand(len(classes), 1, 1, 3, generator=generator)
    mixed = PATTERN * patterns[classes] + (1 - PATTERN) * noise
    return (255 * mixed.clamp(0, 1)).to(torch.uint8).contiguous()


def teach(weights, tokenizer, ctx, images, classes, generator):
    """Makes the untrained model know a little: both projections send the classes to the same four
    directions, roughly. Then wrong labels have the larger losses, as in real data."""
    clip = Clip({k: v.double() for k, v in weights.items()}, CONFIG)
    for name, tower in [("text", "text_config"), ("visual", "vision_config")]:
        clip.w[f"{name}_projection.weight"] = torch.eye(CONFIG[tower]["hidden_size"])
    learner = PromptLearner(clip, tokenizer, CLASS_NAMES, ctx, "end", {"MOMENTUM": 0.0, "WEIGHT_DECAY": 0.0})
    with torch.no_grad():
        inner = {"text": clip.text(learner.prompts(), learner.ids), "visual": clip.image(images)}
    means = [inner["visual"][classes == c].mean(dim=0) for c in range(len(CLASS_NAMES))]
    inner["visual"] = torch.stack(means)
    wanted = torch.linalg.qr(torch.randn(CONFIG["projection_dim"], len(CLASS_NAMES), generator=generator)).Q.T
    for name, features in inner.items():
        found = torch.linalg.lstsq(features, wanted).solution.T
        drawn = weights[f"{name}_projection.weight"].double()
        weights[f"{name}_projection.weight"] = (found / found.norm() * drawn.norm() + RANDOM_SHARE * drawn).float().contiguous()


def run(name, epochs, settings, clip, tokenizer, tensors, data, test):
    s = {key: literal(value) for key, value in settings.items()}
    section = "TRAINER.COOP" if s["TRAINER.NAME"] == "CoOp" else "TRAINER.MLPT"
    optim = {key.removeprefix("OPTIM."): value for key, value in s.items() if key.startswith("OPTIM.")}
    position = s.get(f"{section}.CLASS_TOKEN_POSITION", "end")
    kind = "ctx_csc" if s.get(f"{section}.CSC") else "ctx"
    names = ["prompt_learner"] if s["TRAINER.NAME"] == "CoOp" else ["prompt_learner1", "prompt_learner2"]
    first = [f"{kind}.{i + 1}" for i in range(len(names))]
    learners = [
        PromptLearner(clip, tokenizer, CLASS_NAMES, tensors[key], position, optim) for key in first
    ]
    out = []
    for e in range(epochs):
        lr = learning_rate(e + 1, optim)
        if len(learners) == 1:
            steps, clean = supervised_epoch(learners[0], names[0], data, s, s["LOSS.NAME"], lr), []
        else:
            steps, clean = mlpt_epoch(e, *learners, data, s, lr)
        assert not clean or abs(clean[0] - clean[1]).max() > 0.01, "a wrong peer would not show"
        labelled = [[i for i, p in enumerate(prob) if p > s["WARMUP.THRESHOLD"]] for prob in clean]
        out.append({"lr": lr, "steps": steps, "clean": [list(p) for p in clean], "labelled": labelled})
        for which, learner in zip(names, learners):
            key = f"{name}/{e + 1}/{which}"
            tensors[f"{key}.ctx"] = learner.ctx.detach().clone()
            tensors[f"{key}.momentum"] = learner.optimizer.state[learner.ctx]["momentum_buffer"].clone()
        print(name, e + 1, f"lr {lr:.4g}", "clean", [len(l) for l in labelled], "losses",
              [round(step["loss"], 3) for step in steps])  # fmt: skip
    with torch.no_grad():
        tensors[f"{name}/logits"] = sum(learner(test) for learner in learners)
    return {"name": name, "learners": names, "first": first, "settings": settings, "epochs": out}


def main():
    tokenizer = Tokenizer.from_file("epochs_tokenizer.json")
    CONFIG["text_config"]["vocab_size"] = tokenizer.get_vocab_size()
    CONFIG["text_config"]["eos_token_id"] = tokenizer.token_to_id("<|endoftext|>")
    generator = torch.Generator().manual_seed(SEED)
    weights = {k: v.float().contiguous() for k, v in random_weights(CONFIG, generator, LOGIT_SCALE).items()}
    normal = lambda *shape: (CONTEXT_STD * torch.randn(*shape, generator=generator)).float()
    width = CONFIG["text_config"]["hidden_size"]
    tensors = {
        "ctx.1": normal(M, width),
        "ctx.2": normal(M, width),
        "ctx_csc.1": normal(len(CLASS_NAMES), M, width),
        "pool": pictures(generator, TRUE + [i % len(CLASS_NAMES) for i in range(TEST)]),
    }
    tensors["pool"], tensors["test"] = tensors["pool"][: len(TRUE)].clone(), tensors["pool"][len(TRUE) :].clone()
    clip = Clip({k: v.double() for k, v in weights.items()}, CONFIG)
    images = pixels(tensors["pool"])
    teach(weights, tokenizer, tensors["ctx.1"], images, torch.tensor(TRUE), generator)
    clip = Clip({k: v.double() for k, v in weights.items()}, CONFIG)
    data = {"images": pixels(tensors["pool"]), "labels": torch.tensor(GIVEN), "class_names": CLASS_NAMES}
    test = pixels(tensors["test"])
    scenarios = []
    for name, epochs, settings in SCENARIOS:
        scenarios.append(run(name, epochs, {**COMMON, **settings}, clip, tokenizer, tensors, data, test))
    tensors |= {f"clip/{name}": weight for name, weight in weights.items()}
    save_file(tensors, "epochs.safetensors")
    with open("epochs.json", "w") as f:
        golden = {"config": CONFIG, "class_names": CLASS_NAMES, "labels": GIVEN, "scenarios": scenarios}
        json.dump(golden, f)
        f.write("\n")


if __name__ == "__main__":
    main()
