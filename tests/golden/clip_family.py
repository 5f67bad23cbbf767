"""Features of the nine published architectures by open_clip, in f32, with generated weights.

Pinned: torch 2.15.0 (CPU), open_clip_torch 3.3.0, timm 1.0.31, numpy 2.4.6. Run in this folder:

    python clip_family.py          full depth at reduced width: clip_family.json, clip_torchscript.pt
    python clip_family.py full     RN50, RN101, ViT-B/32 and ViT-B/16 as they are: clip_full.json

generated.py makes the weights, so that only names and shapes are written, and the features. The archive is a
small ModifiedResNet in f16 as OpenAI publish theirs: traced, names and attributes alike. Of its token embeddings
only the rows that its text uses are not zero, so that it packs well.
"""

import json
import sys

import generated
import open_clip
import torch

# Architecture -> what is narrower than published: width of the image tower, of the text tower, of the features.
REDUCED = {
    "ViT-B-32": (128, 64, 24),
    "ViT-B-16": (64, 128, 40),
    "ViT-L-14": (64, 64, 36),
    "ViT-L-14-336": (64, 64, 20),
    "RN50": (16, 64, 28),
    "RN101": (8, 64, 44),
    "RN50x4": (10, 64, 12),
    "RN50x16": (8, 128, 16),
    "RN50x64": (8, 64, 32),
}
FULL = ["RN50", "RN101", "ViT-B-32", "ViT-B-16"]
VOCABULARY = 320


def build(description):
    torch.manual_seed(0)
    model = open_clip.CLIP(**description).float().eval()
    state = {}
    for name, old in model.state_dict().items():
        if name.endswith("num_batches_tracked") or name == "attn_mask":
            continue
        state[name] = torch.from_numpy(generated.tensor(name, tuple(old.shape)))
    missing = model.load_state_dict(state, strict=False)
    assert not missing.unexpected_keys and all("num_batches" in k for k in missing.missing_keys), missing
    return model, state


def features(model, state, description, images, texts):
    size = description["vision_cfg"]["image_size"]
    vocabulary = description["text_cfg"]["vocab_size"]
    pixels = torch.from_numpy(generated.pixels(images, size))
    ids = []
    for i, length in enumerate(texts):
        inner = generated.fractions(f"text {i}", length) * (vocabulary - 2)
        ids.append([vocabulary - 2] + inner.astype(int).tolist() + [vocabulary - 1])
    padded = torch.tensor([row + [0] * (77 - len(row)) for row in ids])
    with torch.no_grad():
        image = model.encode_image(pixels)
        text = model.encode_text(padded)
    rounded = lambda t: [[float(f"{x:.9g}") for x in row[:128].tolist()] for row in t]
    return {
        "description": description,
        "shapes": {name: list(t.shape) for name, t in state.items()},
        "ids": ids,
        "image": rounded(image),
        "text": rounded(text),
    }


def describe(name):
    return dict(open_clip.get_model_config(name), quick_gelu=True)


def family():
    cases = {}
    for name, (width, text_width, embed_dim) in REDUCED.items():
        description = describe(name)
        description["embed_dim"] = embed_dim
        description["vision_cfg"] = dict(description["vision_cfg"], width=width)
        text = dict(description["text_cfg"], width=text_width, heads=text_width // 64, vocab_size=VOCABULARY)
        description["text_cfg"] = text
        model, state = build(description)
        cases[name] = features(model, state, description, 2, (5, 0, 75))
    # The other activation, and a head that is not 64 wide: only a description tells these.
    description = dict(describe("ViT-B-32"), quick_gelu=False, embed_dim=9)
    description["vision_cfg"] = dict(layers=2, width=60, head_width=20, mlp_ratio=2.5, patch_size=16, image_size=80)
    description["text_cfg"] = dict(context_length=77, vocab_size=50, width=30, heads=3, layers=3)
    model, state = build(description)
    cases["described"] = features(model, state, description, 1, (3,))
    return cases


def torchscript():
    description = dict(describe("RN50"), embed_dim=8)
    description["vision_cfg"] = dict(layers=[1, 2, 1, 1], width=8, image_size=64, patch_size=None)
    description["text_cfg"] = dict(context_length=77, vocab_size=49408, width=4, heads=1, layers=2)
    model, state = build(description)
    ids = [49406, 320, 1125, 539, 320, 1929, 269, 49407]
    with torch.no_grad():
        table = torch.zeros_like(model.token_embedding.weight)
        table[ids] = model.token_embedding.weight[ids]
        model.token_embedding.weight.copy_(table)
        for p in list(model.parameters()) + list(model.buffers()):
            if p.is_floating_point() and p.dim() > 0:
                p.copy_(p.half().float())
    pixels = torch.from_numpy(generated.pixels(2, 64))
    padded = torch.tensor([ids + [0] * (77 - len(ids))])
    with torch.no_grad():
        case = {"ids": ids, "image": model.encode_image(pixels).tolist(), "text": model.encode_text(padded).tolist()}
    # What OpenAI's archives hold beside the weights.
    for name, value in [("input_resolution", 64), ("context_length", 77), ("vocab_size", 49408)]:
        if hasattr(model, name):
            delattr(model, name)
        model.register_buffer(name, torch.tensor(value))
    half = model.half()
    with torch.no_grad():
        traced = torch.jit.trace_module(
            half.float(), {"encode_image": (pixels,), "encode_text": (padded,)}, check_trace=False
        )
    traced.half().save("clip_torchscript.pt")
    return case


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:] == ["full"]:
        cases = {}
        for name in FULL:
            description = describe(name)
            model, state = build(description)
            cases[name] = features(model, state, description, 1, (6, 30))
        path = "clip_full.json"
    else:
        cases = family()
        cases["torchscript"] = torchscript()
        path = "clip_family.json"
    with open(path, "w") as f:
        json.dump(cases, f, separators=(",", ":"))
        f.write("\n")
