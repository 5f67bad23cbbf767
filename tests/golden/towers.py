"""Both CLIP towers and their gradients by transformers, in f32, with random weights.

Pinned: torch 2.15.0 (CPU), transformers 5.24.0, safetensors 0.8.0. Run in this folder: python towers.py
Writes towers.json (shapes and token ids) and for each case towers-NAME.safetensors: the weights under
their Hugging Face names, inputs and results under names that begin with "golden.".

Prompts reach the reference as whole sequences: a hook on the token embedding hands out our own
embeddings, a hook before a layer puts deep prompts into it. What stands behind the end token is noise.
"""

import json

import torch
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel

CASES = {
    "one-layer": dict(
        projection_dim=10,
        text=dict(hidden_size=24, intermediate_size=50, num_hidden_layers=1, num_attention_heads=3, vocab_size=41),
        vision=dict(hidden_size=18, intermediate_size=31, num_hidden_layers=1, num_attention_heads=3, image_size=15, patch_size=5),
        positions=77,
        act="quick_gelu",
    ),
    "gelu": dict(
        projection_dim=13,
        text=dict(hidden_size=30, intermediate_size=44, num_hidden_layers=3, num_attention_heads=5, vocab_size=37),
        vision=dict(hidden_size=28, intermediate_size=57, num_hidden_layers=2, num_attention_heads=4, image_size=35, patch_size=7),
        positions=77,
        act="gelu",
    ),
    "one-patch": dict(
        # Not 1: one number alone may be what is left of terms that cancel, and then f32 itself is far from f64.
        projection_dim=5,
        text=dict(hidden_size=14, intermediate_size=9, num_hidden_layers=4, num_attention_heads=1, vocab_size=29),
        vision=dict(hidden_size=22, intermediate_size=23, num_hidden_layers=3, num_attention_heads=11, image_size=11, patch_size=11),
        positions=21,
        act="quick_gelu",
    ),
}


def build(case):
    common = dict(hidden_act=case["act"])
    text = dict(case["text"], **common, max_position_embeddings=case["positions"])
    text.update(eos_token_id=text["vocab_size"] - 1, bos_token_id=text["vocab_size"] - 2)
    vision = dict(case["vision"], **common)
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=case["projection_dim"])
    model = CLIPModel(config).float().eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(torch.randn_like(p) * (0.2 if p.dim() < 2 else 0.7 * p[0].numel() ** -0.5))
            if "norm" in name and name.endswith("weight"):
                p.add_(1.0)
            if "embedding" in name:
                p.copy_(torch.randn_like(p) * 0.6)
        model.logit_scale.fill_(2.3)
    written = dict(model_type="clip", projection_dim=case["projection_dim"], text_config=text, vision_config=vision)
    return model, written


def texts(case):
    """Lists of texts as ids with start and end: one, ragged, all alike, as long as can be."""
    vocab, longest = case["text"]["vocab_size"], case["positions"]
    one = lambda n: [vocab - 2] + torch.randint(0, vocab - 2, (n,)).tolist() + [vocab - 1]
    alike = one(4)
    return {
        "one text": [one(3)],
        "ragged": [one(n) for n in (5, 0, 1, 7, 2, 11, 3)],
        "equally long": [alike[:3] + [i] + alike[4:] for i in range(5)],
        "full length": [one(longest - 2), one(longest - 3), one(0)],
    }


def run_ids(model, ids):
    longest = max(map(len, ids))
    padded = torch.tensor([t + [0] * (longest - len(t)) for t in ids])
    return model.text_projection(model.text_model(input_ids=padded).pooler_output)


def prompts(case, layers):
    """Groups, prefix, lengths of suffixes, rows (group, suffix), lengths of deep prompts by layer."""
    full = case["positions"]
    every = lambda groups, suffixes: [(g, s) for g in range(groups) for s in range(suffixes)]
    shapes = {
        "one shared context": (1, 6, [3, 1, 6, 2, 4], every(1, 5), []),
        "one class": (1, 5, [4], every(1, 1), []),
        "context within the suffix": (1, 1, [9, 12, 7], every(1, 3), []),
        "full length, all but the end shared": (1, full - 5, [5, 2], every(1, 2), []),
        "one context for each class": (3, 7, [2, 5, 3], [(0, 0), (1, 1), (2, 2)], []),
        "images x classes": (3, 5, [3, 2], every(3, 2), []),
    }
    if layers > 1:
        shapes["deep prompts"] = (1, 6, [3, 1, 4], every(1, 3), [0, 5] + [2] * (layers - 2))
    return shapes


def run_prompts(model, shape, total, end):
    groups, prefix, lens, rows, deep_lens = shape
    width = model.config.text_config.hidden_size
    leaf = lambda *size: (0.6 * torch.randn(*size)).requires_grad_()
    prefixes, suffixes = leaf(groups, prefix, width), leaf(sum(lens), width)
    deep = {i: leaf(groups, m, width) for i, m in enumerate(deep_lens) if m}
    starts = [sum(lens[:s]) for s in range(len(lens))]
    sequences, ids = [], torch.zeros(len(rows), total, dtype=torch.long)
    for r, (g, s) in enumerate(rows):
        own = suffixes[starts[s] : starts[s] + lens[s]]
        sequences.append(torch.cat([prefixes[g], own, torch.randn(total - prefix - lens[s], width)]))
        ids[r, prefix + lens[s] - 1] = end
    sequences = torch.stack(sequences)
    of_row = torch.tensor([g for g, _ in rows])
    hooks = [model.text_model.embeddings.token_embedding.register_forward_hook(lambda *_: sequences)]
    for i, prompt in deep.items():

        def put(module, args, kwargs, prompt=prompt):
            x = args[0] if args else kwargs["hidden_states"]
            x = torch.cat([x[:, :1], prompt[of_row], x[:, 1 + prompt.shape[1] :]], 1)
            return ((x, *args[1:]), kwargs) if args else ((), dict(kwargs, hidden_states=x))

        hooks.append(model.text_model.encoder.layers[i].register_forward_pre_hook(put, with_kwargs=True))
    features = model.text_projection(model.text_model(input_ids=ids).pooler_output)
    for hook in hooks:
        hook.remove()
    factors = torch.randn_like(features)
    (features * factors).sum().backward()
    tensors = {"prefixes": prefixes, "suffixes": suffixes, "features": features, "factors": factors}
    tensors |= {"prefixes.grad": prefixes.grad, "suffixes.grad": suffixes.grad}
    for i, prompt in deep.items():
        tensors |= {f"deep.{i}": prompt, f"deep.{i}.grad": prompt.grad}
    return tensors


def weight_gradients(model, ids, pixels):
    """Of a weighted sum of the features of both towers, for every weight."""
    model.zero_grad()
    text = run_ids(model, ids)
    image = model.visual_projection(model.vision_model(pixel_values=pixels).pooler_output)
    factors = {"text": torch.randn_like(text), "image": torch.randn_like(image)}
    ((text * factors["text"]).sum() + (image * factors["image"]).sum()).backward()
    tensors = {f"factors.{k}": v for k, v in factors.items()}
    return tensors | {f"grad.{n}": p.grad for n, p in model.named_parameters() if p.grad is not None}


torch.manual_seed(5)
golden = []
for name, case in CASES.items():
    model, config = build(case)
    layers, size, end = case["text"]["num_hidden_layers"], case["vision"]["image_size"], case["text"]["vocab_size"] - 1
    tensors, text_cases, prompt_cases = {}, [], []
    for what, ids in texts(case).items():
        tensors[f"golden.text.{len(text_cases)}"] = run_ids(model, ids)
        text_cases.append({"what": what, "ids": ids})
    for batch in (1, 3):
        pixels = torch.randn(batch, 3, size, size)
        tensors[f"golden.pixels.{batch}"] = pixels
        tensors[f"golden.image.{batch}"] = model.visual_projection(model.vision_model(pixel_values=pixels).pooler_output)
    for what, shape in prompts(case, layers).items():
        found = run_prompts(model, shape, case["positions"], end)
        tensors |= {f"golden.prompt.{len(prompt_cases)}.{k}": v for k, v in found.items()}
        _, _, lens, rows, deep = shape
        prompt_cases.append({"what": what, "suffix_lens": lens, "rows": rows, "deep": [m > 0 for m in deep]})
    if name == "gelu":
        found = weight_gradients(model, text_cases[1]["ids"], tensors["golden.pixels.3"])
        tensors |= {f"golden.weights.{k}": v for k, v in found.items()}
    tensors |= dict(model.named_parameters())
    file = f"towers-{name}.safetensors"
    save_file({k: v.detach().clone().contiguous() for k, v in tensors.items()}, file)
    golden.append({"case": name, "file": file, "config": config, "texts": text_cases, "images": [1, 3], "prompts": prompt_cases})
with open("towers.json", "w") as f:
    json.dump(golden, f)
    f.write("\n")
