"""Mechanisms with prompts in both towers, and checkpoints in the layouts of the published Python, over the built-in model.

Pinned: torch 2.15.0 (CPU), safetensors 0.8.0, tokenizers 0.23.3. Run in this folder: python prompts.py
Writes prompts.json and prompts.safetensors (inputs and results) and prompts/*/model.pth.tar-N.

The towers are those of epochs_clip.py, every text 77 positions long; MaPLe (Khattak et al., CVPR 2023) is written down
here from the paper and its published behaviour: prompts replace positions 1..M of a text and the last M tokens of an
image before every layer that has prompts of its own. Checkpoints hold f16, as training in half precision leaves them.
"""

import json
import os

import torch
import torch.nn.functional as F
from epochs_clip import LENGTH, Clip
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

MODEL = "../../mlpt-core/assets/tiny-clip"
CLASSES = ["cat", "race car", "a", "grand_piano of the old town"]
LABELS = torch.tensor([1, 0, 3, 2, 2])
generator = torch.Generator().manual_seed(31)


def draw(*shape, std):
    return std * torch.randn(*shape, generator=generator)


class MaPLe(torch.nn.Module):
    """`case` as in CASES; parameters under their published names."""

    def __init__(self, clip, tokenizer, case):
        super().__init__()
        self.clip, self.m = clip, case["n_ctx"]
        width = clip.w["text_model.embeddings.position_embedding.weight"].shape[1]
        image_width = clip.w["vision_model.embeddings.position_embedding.weight"].shape[1]
        words = tokenizer.encode(case["ctx_init"]).ids if self.m <= 4 and case["ctx_init"] else []
        prefix = case["ctx_init"] if words else " ".join(["X"] * self.m)
        start, end = tokenizer.token_to_id("<|startoftext|>"), tokenizer.token_to_id("<|endoftext|>")
        rows = [[start] + tokenizer.encode(f"{prefix} {name.replace('_', ' ')}.").ids + [end] for name in CLASSES]
        self.ids = torch.tensor([row + [0] * (LENGTH - len(row)) for row in rows])
        if not words:
            # The X that stand for the context may be any number of tokens; what follows must be the class.
            rows = [[start] + [1] * self.m + tokenizer.encode(f"{name.replace('_', ' ')}.").ids + [end] for name in CLASSES]
            self.ids = torch.tensor([row + [0] * (LENGTH - len(row)) for row in rows])
        table = clip.w["text_model.embeddings.token_embedding.weight"]
        first = table[torch.tensor(words[: self.m])].clone() if words else draw(self.m, width, std=0.02)
        depth = case["depth"]
        self.ctx = torch.nn.Parameter(first + draw(self.m, width, std=0.01))
        self.proj = self.linear(width, image_width)
        self.compound_prompts_text = torch.nn.ParameterList(
            [torch.nn.Parameter(draw(self.m, width, std=0.3)) for _ in range(depth - 1)]
        )
        self.compound_prompt_projections = torch.nn.ModuleList([self.linear(width, image_width) for _ in range(depth - 1)])

    @staticmethod
    def linear(inputs, outputs):
        layer = torch.nn.Linear(inputs, outputs)
        with torch.no_grad():
            layer.weight.copy_(draw(outputs, inputs, std=inputs**-0.5))
            layer.bias.copy_(draw(outputs, std=0.1))
        return layer

    def text(self):
        x = self.clip.embed(self.ids)
        x = torch.cat([x[:, :1], self.ctx.expand(len(x), -1, -1), x[:, 1 + self.m :]], dim=1)
        x = x + self.clip.w["text_model.embeddings.position_embedding.weight"]
        mask = torch.full((LENGTH, LENGTH), float("-inf")).triu(1)
        for i in range(self.clip.text_layers):
            if 0 < i <= len(self.compound_prompts_text):
                own = self.compound_prompts_text[i - 1].expand(len(x), -1, -1)
                x = torch.cat([x[:, :1], own, x[:, 1 + self.m :]], dim=1)
            x = self.clip.block(x, f"text_model.encoder.layers.{i}", self.clip.text_heads, mask)
        x = self.clip.norm(x, "text_model.final_layer_norm")
        return x[torch.arange(len(x)), self.ids.argmax(dim=1)] @ self.clip.w["text_projection.weight"].T

    def image(self, pixels):
        w, name = self.clip.w, "vision_model.embeddings"
        x = F.conv2d(pixels, w[f"{name}.patch_embedding.weight"], stride=self.clip.patch).flatten(2).transpose(1, 2)
        x = torch.cat([w[f"{name}.class_embedding"].expand(len(x), 1, -1), x], dim=1)
        x = x + w[f"{name}.position_embedding.weight"]
        x = torch.cat([x, self.proj(self.ctx).expand(len(x), -1, -1)], dim=1)
        x = self.clip.norm(x, "vision_model.pre_layrnorm")
        for i in range(self.clip.image_layers):
            if 0 < i <= len(self.compound_prompts_text):
                own = self.compound_prompt_projections[i - 1](self.compound_prompts_text[i - 1])
                x = torch.cat([x[:, : -self.m], own.expand(len(x), -1, -1)], dim=1)
            x = self.clip.block(x, f"vision_model.encoder.layers.{i}", self.clip.image_heads, 0.0)
        return self.clip.norm(x[:, 0], "vision_model.post_layernorm") @ w["visual_projection.weight"].T

    def forward(self, pixels):
        return self.clip.logits(self.image(pixels), self.text())


class CoOp(torch.nn.Module):
    def __init__(self, clip, tokenizer, m):
        super().__init__()
        self.clip, self.m = clip, m
        start, end = tokenizer.token_to_id("<|startoftext|>"), tokenizer.token_to_id("<|endoftext|>")
        rows = [[start] + [1] * m + tokenizer.encode(f"{name.replace('_', ' ')}.").ids + [end] for name in CLASSES]
        self.ids = torch.tensor([row + [0] * (LENGTH - len(row)) for row in rows])
        self.ctx = torch.nn.Parameter(draw(m, clip.w["text_model.embeddings.position_embedding.weight"].shape[1], std=0.3))

    def forward(self, pixels):
        x = self.clip.embed(self.ids)
        x = torch.cat([x[:, :1], self.ctx.expand(len(x), -1, -1), x[:, 1 + self.m :]], dim=1)
        return self.clip.logits(self.clip.image(pixels), self.clip.text(x, self.ids))


def halved(module):
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(p.half().float())


def checkpoint(path, state, module, epoch):
    optimizer = torch.optim.SGD(module.parameters(), lr=0.002, momentum=0.9, weight_decay=5e-4)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epoch)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    content = {"state_dict": state, "epoch": epoch, "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict(), "val_result": None}
    torch.save(content, path)


CASES = {
    "words, deep": dict(n_ctx=2, ctx_init="a photo of a", depth=3),
    "words, all of them, shallow": dict(n_ctx=4, ctx_init="a photo of a", depth=1),
    "drawn": dict(n_ctx=5, ctx_init="", depth=2),
}

if __name__ == "__main__":
    torch.set_num_threads(1)
    config = json.load(open(f"{MODEL}/config.json"))
    clip = Clip({k: v.float() for k, v in load_file(f"{MODEL}/model.safetensors").items()}, config)
    tokenizer = Tokenizer.from_file(f"{MODEL}/tokenizer.json")
    size = config["vision_config"]["image_size"]
    pixels = draw(len(LABELS), 3, size, size, std=1.0)
    tensors, cases = {"pixels": pixels}, []
    for number, (name, case) in enumerate(CASES.items()):
        learner = MaPLe(clip, tokenizer, case)
        for key, p in learner.named_parameters():
            tensors[f"{number}.start.{key}"] = p.detach().clone()
        logits = learner(pixels)
        tensors[f"{number}.logits"] = logits.detach()
        optimizer = torch.optim.SGD(learner.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
        losses = []
        for step in range(3):
            loss = F.cross_entropy(learner(pixels), LABELS)
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            if step == 0:
                for key, p in learner.named_parameters():
                    tensors[f"{number}.grad.{key}"] = p.grad.clone()
            optimizer.step()
        for key, p in learner.named_parameters():
            tensors[f"{number}.end.{key}"] = p.detach().clone()
        cases.append(dict(case, name=name, losses=losses, parameters=[k for k, _ in learner.named_parameters()]))

    maple = MaPLe(clip, tokenizer, CASES["words, deep"])
    halved(maple)
    state = {f"prompt_learner.{k}": v.half() for k, v in maple.state_dict().items()}
    state["prompt_learner.token_prefix"] = torch.zeros(len(CLASSES), 1, 8).half()
    state["prompt_learner.token_suffix"] = torch.zeros(len(CLASSES), 3, 8).half()
    # The frozen model lies in the file too.
    state["image_encoder.class_embedding"] = torch.ones(8).half()
    state["text_encoder.ln_final.weight"] = torch.ones(8).half()
    state["logit_scale"] = torch.tensor(4.6)
    checkpoint("prompts/MaPLe/MultiModalPromptLearner/model.pth.tar-5", state, maple, 5)
    coop = CoOp(clip, tokenizer, 3)
    halved(coop)
    state = {"ctx": coop.ctx.detach().half(), "token_prefix": torch.zeros(4, 1, 8).half(), "token_suffix": torch.zeros(4, 9, 8).half()}
    checkpoint("prompts/CoOp/prompt_learner/model.pth.tar-50", state, coop, 50)
    with torch.no_grad():
        tensors["checkpoint.MaPLe"] = maple(pixels)
        tensors["checkpoint.CoOp"] = coop(pixels)
    save_file({k: v.contiguous() for k, v in tensors.items()}, "prompts.safetensors")
    with open("prompts.json", "w") as f:
        json.dump({"classes": CLASSES, "labels": LABELS.tolist(), "cases": cases}, f, indent=1)
        f.write("\n")
