"""CoCoOp, VPT, IVLP and RMaPLe, and their checkpoints in the layouts of the published Python, over the built-in model.

Pinned: torch 2.15.0 (CPU), safetensors 0.8.0, tokenizers 0.23.3. Run in this folder: python mechanisms.py
Writes mechanisms.json and mechanisms.safetensors (inputs and results) and prompts/*/*/model.pth.tar-N.

The towers are those of epochs_clip.py, every text 77 positions long. Written down here from the papers (Zhou et al.,
CVPR 2022; Jia et al., ECCV 2022; Khattak et al., CVPR 2023) and the published behaviour: CoCoOp encodes the prompts of
one image after the other; prompts replace positions 1..M of a text and the last M tokens of an image before every
layer that has prompts of its own; RMaPLe has MaPLe's prompts, compares image and text at the input of the first layer
and at the output of every layer, and takes the greatest of C weighted sums of these logits. The built-in towers differ
in depth, which the published ones do not: here the last layers are paired with the last ones.
"""

import json

import torch
import torch.nn.functional as F
from epochs_clip import LENGTH, Clip
from prompts import CLASSES, LABELS, MODEL, checkpoint, halved
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

generator = torch.Generator().manual_seed(47)
# Of its own, so that nothing else moved when RMaPLe came.
rmaple_generator = torch.Generator().manual_seed(59)
BLOCK = "transformer.resblocks"


def draw(*shape, std, source=generator):
    return std * torch.randn(*shape, generator=source)


class Mechanism(torch.nn.Module):
    """Parameters lie under their published names, however deep those are."""

    def __init__(self, clip, tokenizer):
        super().__init__()
        # Not as a module: the towers are no parameters.
        self.clip, self.tokenizer = clip, tokenizer
        self.text_width = clip.w["text_model.embeddings.position_embedding.weight"].shape[1]
        self.image_width = clip.w["vision_model.embeddings.position_embedding.weight"].shape[1]
        self.joint = clip.w["text_projection.weight"].shape[0]

    def put(self, path, value):
        *parents, last = path.split(".")
        module = self
        for name in parents:
            if name not in module._modules:
                module.add_module(name, torch.nn.Module())
            module = module._modules[name]
        module.register_parameter(last, torch.nn.Parameter(value))

    def have(self, path):
        return dict(self.named_parameters())[path]

    def tokens(self, prefix):
        """Padded ids [C, 77] of `start prefix class . end`."""
        start, end = (self.tokenizer.token_to_id(f"<|{which}oftext|>") for which in ["start", "end"])
        rows = [[start] + prefix + self.tokenizer.encode(f"{name.replace('_', ' ')}.").ids + [end] for name in CLASSES]
        return torch.tensor([row + [0] * (LENGTH - len(row)) for row in rows])

    def encode_text(self, ids, ctx, deep):
        return self.text_layers(ids, ctx, deep)[-1]

    def text_layers(self, ids, ctx, deep):
        """`ctx [M, D]` in the place of the tokens 1..M; `deep` by layer. Features at every depth."""
        m, w = len(ctx), self.clip.w
        x = self.clip.embed(ids)
        x = torch.cat([x[:, :1], ctx.expand(len(x), -1, -1), x[:, 1 + m :]], dim=1)
        x = x + w["text_model.embeddings.position_embedding.weight"]
        mask = torch.full((LENGTH, LENGTH), float("-inf")).triu(1)
        states = [x]
        for i in range(self.clip.text_layers):
            if i in deep:
                x = torch.cat([x[:, :1], deep[i].expand(len(x), -1, -1), x[:, 1 + m :]], dim=1)
            x = self.clip.block(x, f"text_model.encoder.layers.{i}", self.clip.text_heads, mask)
            states.append(x)
        states = [self.clip.norm(x, "text_model.final_layer_norm") for x in states]
        return [x[torch.arange(len(x)), ids.argmax(dim=1)] @ w["text_projection.weight"].T for x in states]

    def encode_image(self, pixels, prompts):
        return self.image_layers(pixels, prompts)[-1]

    def image_layers(self, pixels, prompts):
        """`prompts` by layer, each [M, D]; the first stands behind the patches, without a position. Features at every
        depth."""
        w, name = self.clip.w, "vision_model.embeddings"
        x = F.conv2d(pixels, w[f"{name}.patch_embedding.weight"], stride=self.clip.patch).flatten(2).transpose(1, 2)
        x = torch.cat([w[f"{name}.class_embedding"].expand(len(x), 1, -1), x], dim=1)
        x = x + w[f"{name}.position_embedding.weight"]
        own = x.shape[1]
        if 0 in prompts:
            x = torch.cat([x, prompts[0].expand(len(x), -1, -1)], dim=1)
        x = self.clip.norm(x, "vision_model.pre_layrnorm")
        states = [x]
        for i in range(self.clip.image_layers):
            if i > 0 and i in prompts:
                x = torch.cat([x[:, :own], prompts[i].expand(len(x), -1, -1)], dim=1)
            x = self.clip.block(x, f"vision_model.encoder.layers.{i}", self.clip.image_heads, 0.0)
            states.append(x)
        return [self.clip.norm(x[:, 0], "vision_model.post_layernorm") @ w["visual_projection.weight"].T for x in states]

    def put_visual(self, count, depth):
        for i in range(depth):
            name = f"image_encoder.{BLOCK}.{i}.VPT_shallow" if i else "image_encoder.VPT"
            self.put(name, draw(count, self.image_width, std=0.3))

    def visual(self, depth):
        names = ["image_encoder.VPT"] + [f"image_encoder.{BLOCK}.{i}.VPT_shallow" for i in range(1, depth)]
        return {i: self.have(name) for i, name in enumerate(names[:depth])}


class CoCoOp(Mechanism):
    def __init__(self, clip, tokenizer, case):
        super().__init__(clip, tokenizer)
        words = tokenizer.encode(case["ctx_init"]).ids if case["ctx_init"] else []
        table = clip.w["text_model.embeddings.token_embedding.weight"]
        m = len(words) or case["n_ctx"]
        self.ids = self.tokens(words or [1] * m)
        self.put("ctx", (table[torch.tensor(words)] if words else 0) + draw(m, self.text_width, std=0.05))
        inner = self.joint // 16
        for name, outputs, inputs in [("linear1", inner, self.joint), ("linear2", self.text_width, inner)]:
            self.put(f"meta_net.{name}.weight", draw(outputs, inputs, std=2 * inputs**-0.5))
            self.put(f"meta_net.{name}.bias", draw(outputs, std=0.1))

    def forward(self, pixels):
        features = self.clip.image(pixels)
        features = features / features.norm(dim=1, keepdim=True)
        rows = []
        for f in features:
            hidden = torch.relu(self.have("meta_net.linear1.weight") @ f + self.have("meta_net.linear1.bias"))
            shift = self.have("meta_net.linear2.weight") @ hidden + self.have("meta_net.linear2.bias")
            text = self.encode_text(self.ids, self.have("ctx") + shift, {})
            rows.append(self.clip.logits(f[None], text)[0])
        return torch.stack(rows)


class VPT(Mechanism):
    def __init__(self, clip, tokenizer, case):
        super().__init__(clip, tokenizer)
        self.depth = case["depth"]
        self.put_visual(case["n_ctx"], self.depth)
        ids = self.tokens(tokenizer.encode("a photo of a").ids)
        self.classes = clip.text(clip.embed(ids), ids)

    def forward(self, pixels):
        return self.clip.logits(self.encode_image(pixels, self.visual(self.depth)), self.classes)


class IVLP(Mechanism):
    def __init__(self, clip, tokenizer, case):
        super().__init__(clip, tokenizer)
        m, self.depths = case["n_ctx_text"], (case["depth_vision"], case["depth_text"])
        words = tokenizer.encode(case["ctx_init"]).ids if m <= 4 and case["ctx_init"] else []
        table = clip.w["text_model.embeddings.token_embedding.weight"]
        self.ids = self.tokens(words or [1] * m)
        self.put("prompt_learner.ctx", (table[torch.tensor(words[:m])] if words else 0) + draw(m, self.text_width, std=0.05))
        self.put_visual(case["n_ctx_vision"], self.depths[0])
        for i in range(1, self.depths[1]):
            self.put(f"text_encoder.{BLOCK}.{i}.VPT_shallow", draw(m, self.text_width, std=0.3))

    def forward(self, pixels):
        deep = {i: self.have(f"text_encoder.{BLOCK}.{i}.VPT_shallow") for i in range(1, self.depths[1])}
        text = self.encode_text(self.ids, self.have("prompt_learner.ctx"), deep)
        return self.clip.logits(self.encode_image(pixels, self.visual(self.depths[0])), text)


class RMaPLe(Mechanism):
    def __init__(self, clip, tokenizer, case):
        super().__init__(clip, tokenizer)
        m, self.depth = case["n_ctx"], case["depth"]
        words = tokenizer.encode(case["ctx_init"]).ids if m <= 4 and case["ctx_init"] else []
        table = clip.w["text_model.embeddings.token_embedding.weight"]
        self.ids = self.tokens(words or [1] * m)
        self.put_own("ctx", (table[torch.tensor(words[:m])] if words else 0) + self.own(m, self.text_width, std=0.05))
        self.put_map("proj")
        for i in range(self.depth - 1):
            self.put_own(f"compound_prompts_text.{i}", self.own(m, self.text_width, std=0.3))
            self.put_map(f"compound_prompt_projections.{i}")
        # Rows that come to much the same on the whole, so that several of them win somewhere.
        size = clip.patch * round((len(clip.w["vision_model.embeddings.position_embedding.weight"]) - 1) ** 0.5)
        typical = F.normalize(self.similarities(self.own(7, 3, size, size, std=1.0)).detach().mean(dim=(0, 1)), dim=0)
        rows = self.own(len(CLASSES), len(typical), std=0.2)
        rows = rows - (rows @ typical)[:, None] * typical
        self.put_own("weightNet.weight", rows + self.own(1, len(typical), std=0.2))

    def own(self, *shape, std):
        return draw(*shape, std=std, source=rmaple_generator)

    def put_own(self, path, value):
        self.put(f"prompt_learner.{path}", value)

    def put_map(self, path):
        self.put_own(f"{path}.weight", self.own(self.image_width, self.text_width, std=self.text_width**-0.5))
        self.put_own(f"{path}.bias", self.own(self.image_width, std=0.1))

    def mapped(self, path, value):
        return F.linear(value, self.have(f"prompt_learner.{path}.weight"), self.have(f"prompt_learner.{path}.bias"))

    def similarities(self, pixels):
        ctx = self.have("prompt_learner.ctx")
        deep = {i + 1: self.have(f"prompt_learner.compound_prompts_text.{i}") for i in range(self.depth - 1)}
        prompts = {i: self.mapped(f"compound_prompt_projections.{i - 1}", value) for i, value in deep.items()}
        texts = self.text_layers(self.ids, ctx, deep)
        images = self.image_layers(pixels, {0: self.mapped("proj", ctx), **prompts})
        pairs = zip(reversed(images), reversed(texts))
        return torch.stack([self.clip.logits(image, text) for image, text in pairs], dim=2).flip(2)

    def forward(self, pixels):
        return F.linear(self.similarities(pixels), self.have("prompt_learner.weightNet.weight")).max(dim=2).values


def cocoop(name, n_ctx, ctx_init):
    settings = [f"TRAINER.COCOOP.N_CTX={n_ctx}", f"TRAINER.COCOOP.CTX_INIT={ctx_init}"]
    return dict(mechanism="CoCoOp", name=name, n_ctx=n_ctx, ctx_init=ctx_init, settings=settings)


def vpt(name, n_ctx, depth):
    settings = [f"TRAINER.VPT.N_CTX_VISION={n_ctx}", f"TRAINER.VPT.PROMPT_DEPTH_VISION={depth}"]
    return dict(mechanism="VPT", name=name, n_ctx=n_ctx, depth=depth, settings=settings)


def ivlp(name, n_ctx_vision, n_ctx_text, ctx_init, depth_vision, depth_text):
    case = dict(n_ctx_vision=n_ctx_vision, n_ctx_text=n_ctx_text, ctx_init=ctx_init)
    keys = dict(case, prompt_depth_vision=depth_vision, prompt_depth_text=depth_text)
    settings = [f"TRAINER.IVLP.{key.upper()}={value}" for key, value in keys.items()]
    return dict(case, mechanism="IVLP", name=name, depth_vision=depth_vision, depth_text=depth_text, settings=settings)


def rmaple(name, n_ctx, ctx_init, depth):
    keys = dict(n_ctx=n_ctx, ctx_init=ctx_init, prompt_depth=depth)
    settings = [f"TRAINER.RMAPLE.{key.upper()}={value}" for key, value in keys.items()]
    return dict(mechanism="RMaPLe", name=name, n_ctx=n_ctx, ctx_init=ctx_init, depth=depth, settings=settings)


CASES = [
    cocoop("drawn", 3, ""),
    cocoop("words", 16, "a photo of a"),
    vpt("shallow", 2, 1),
    vpt("deep", 3, 4),
    ivlp("words, deep in both towers", 3, 2, "a photo of a", 2, 3),
    ivlp("language only", 0, 4, "a photo of a", 0, 2),
    ivlp("drawn, shallow in the text tower", 1, 5, "", 4, 1),
    rmaple("words, deep", 2, "a photo of a", 3),
    rmaple("words, all of them, shallow", 4, "a photo of a", 1),
    rmaple("drawn", 5, "", 2),
]
KINDS = {kind.__name__: kind for kind in [CoCoOp, VPT, IVLP, RMaPLe]}


def short(name):
    """What was learnt beside the towers goes by its name within the learner."""
    return name.removeprefix("prompt_learner.")


def whole(state):
    """The frozen model lies in the file too."""
    frozen = {"image_encoder.class_embedding": torch.ones(8), "image_encoder.transformer.resblocks.0.ln_1.weight": torch.ones(8)}
    return {**frozen, "text_encoder.ln_final.weight": torch.ones(8), "logit_scale": torch.tensor(4.6), **state}


def buffers(prefix, count):
    return {f"{prefix}token_prefix": torch.zeros(4, 1, 8).half(), f"{prefix}token_suffix": torch.zeros(4, count, 8).half()}


if __name__ == "__main__":
    torch.set_num_threads(1)
    config = json.load(open(f"{MODEL}/config.json"))
    clip = Clip({k: v.float() for k, v in load_file(f"{MODEL}/model.safetensors").items()}, config)
    tokenizer = Tokenizer.from_file(f"{MODEL}/tokenizer.json")
    size = config["vision_config"]["image_size"]
    pixels = draw(len(LABELS), 3, size, size, std=1.0)
    tensors, cases = {"pixels": pixels}, []
    for number, case in enumerate(CASES):
        learner = KINDS[case["mechanism"]](clip, tokenizer, case)
        named = [(short(key), p) for key, p in learner.named_parameters()]
        for key, p in named:
            tensors[f"{number}.start.{key}"] = p.detach().clone()
        optimizer = torch.optim.SGD(learner.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
        losses = []
        for step in range(3):
            logits = learner(pixels)
            loss = F.cross_entropy(logits, LABELS)
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            if step == 0:
                tensors[f"{number}.logits"] = logits.detach()
                for key, p in named:
                    tensors[f"{number}.grad.{key}"] = p.grad.clone()
            optimizer.step()
        for key, p in named:
            tensors[f"{number}.end.{key}"] = p.detach().clone()
        cases.append(dict(case, losses=losses, parameters=[key for key, _ in named]))

    kept = {}
    for case in [CASES[0], CASES[3], CASES[4], CASES[7]]:
        learner = KINDS[case["mechanism"]](clip, tokenizer, case)
        halved(learner)
        kept[case["mechanism"]] = learner
        with torch.no_grad():
            tensors[f"checkpoint.{case['mechanism']}"] = learner(pixels)
    state = {name: {key: p.half() for key, p in learner.state_dict().items()} for name, learner in kept.items()}
    checkpoint("prompts/CoCoOp/prompt_learner/model.pth.tar-10", {**state["CoCoOp"], **buffers("", 9)}, kept["CoCoOp"], 10)
    checkpoint("prompts/VPT/prompt_learner/model.pth.tar-5", whole(state["VPT"]), kept["VPT"], 5)
    both = whole({**state["IVLP"], **buffers("prompt_learner.", 9)})
    checkpoint("prompts/IVLP/VLPromptLearner/model.pth.tar-5", both, kept["IVLP"], 5)
    both = whole({**state["RMaPLe"], **buffers("prompt_learner.", 9)})
    checkpoint("prompts/RMaPLe/MultiModalPromptLearner/model.pth.tar-5", both, kept["RMaPLe"], 5)
    save_file({k: v.contiguous() for k, v in tensors.items()}, "mechanisms.safetensors")
    with open("mechanisms.json", "w") as f:
        json.dump({"classes": CLASSES, "labels": LABELS.tolist(), "cases": cases}, f, indent=1)
        f.write("\n")
