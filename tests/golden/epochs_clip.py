"""A small CLIP in PyTorch, written down from the published architecture, for epochs.py.

Weights have Hugging Face's names. Nothing is saved: every text is 77 positions long, the end
included, and nothing is shared between classes or passes.
"""

import torch
import torch.nn.functional as F

LENGTH = 77


class Clip:
    """Both frozen towers. `weights` by name; `config` as in config.json."""

    def __init__(self, weights, config):
        self.w = weights
        self.text_heads = config["text_config"]["num_attention_heads"]
        self.image_heads = config["vision_config"]["num_attention_heads"]
        self.text_layers = config["text_config"]["num_hidden_layers"]
        self.image_layers = config["vision_config"]["num_hidden_layers"]
        self.patch = config["vision_config"]["patch_size"]

    def linear(self, x, name):
        return x @ self.w[f"{name}.weight"].T + self.w[f"{name}.bias"]

    def norm(self, x, name):
        weight, bias = self.w[f"{name}.weight"], self.w[f"{name}.bias"]
        return F.layer_norm(x, weight.shape, weight, bias, 1e-5)

    def attention(self, x, name, heads, mask):
        batch, length, width = x.shape

        def part(which):
            y = self.linear(x, f"{name}.{which}_proj")
            return y.reshape(batch, length, heads, width // heads).transpose(1, 2)

        q, k, v = part("q"), part("k"), part("v")
        scores = q @ k.transpose(2, 3) / (width // heads) ** 0.5 + mask
        y = scores.softmax(dim=3) @ v
        return self.linear(y.transpose(1, 2).reshape(batch, length, width), f"{name}.out_proj")

    def block(self, x, name, heads, mask):
        x = x + self.attention(self.norm(x, f"{name}.layer_norm1"), f"{name}.self_attn", heads, mask)
        h = self.linear(self.norm(x, f"{name}.layer_norm2"), f"{name}.mlp.fc1")
        h = h * torch.sigmoid(1.702 * h)
        return x + self.linear(h, f"{name}.mlp.fc2")

    def embed(self, ids):
        """Token embeddings [C, 77, D] of padded ids [C, 77]."""
        return self.w["text_model.embeddings.token_embedding.weight"][ids]

    def text(self, embeddings, ids):
        """Features [C, E], read where the id is the highest: at the first end of text."""
        x = embeddings + self.w["text_model.embeddings.position_embedding.weight"]
        mask = torch.full((LENGTH, LENGTH), float("-inf"), dtype=x.dtype).triu(1)
        for i in range(self.text_layers):
            x = self.block(x, f"text_model.encoder.layers.{i}", self.text_heads, mask)
        x = self.norm(x, "text_model.final_layer_norm")
        x = x[torch.arange(len(x)), ids.argmax(dim=1)]
        return x @ self.w["text_projection.weight"].T

    def image(self, pixels):
        """Features [B, E] of normalised pixels [B, 3, H, W]."""
        name = "vision_model.embeddings"
        x = F.conv2d(pixels, self.w[f"{name}.patch_embedding.weight"], stride=self.patch)
        x = x.flatten(2).transpose(1, 2)
        first = self.w[f"{name}.class_embedding"].expand(len(x), 1, -1)
        x = torch.cat([first, x], dim=1) + self.w[f"{name}.position_embedding.weight"]
        x = self.norm(x, "vision_model.pre_layrnorm")
        for i in range(self.image_layers):
            x = self.block(x, f"vision_model.encoder.layers.{i}", self.image_heads, 0.0)
        x = self.norm(x[:, 0], "vision_model.post_layernorm")
        return x @ self.w["visual_projection.weight"].T

    def logits(self, images, texts):
        """Temperature times cosine, [B, C]."""
        images = images / images.norm(dim=1, keepdim=True)
        texts = texts / texts.norm(dim=1, keepdim=True)
        return self.w["logit_scale"].exp() * images @ texts.T


def random_weights(config, generator, logit_scale):
    """Nothing at its neutral start: biases, norms and positions are drawn too."""
    weights = {}

    def put(name, *shape, std, mean=0.0):
        weights[name] = mean + std * torch.randn(*shape, generator=generator)

    def linear(name, outputs, inputs, bias=True):
        put(f"{name}.weight", outputs, inputs, std=1.2 * inputs**-0.5)
        if bias:
            put(f"{name}.bias", outputs, std=0.1)

    def norm(name, width):
        put(f"{name}.weight", width, std=0.15, mean=1.0)
        put(f"{name}.bias", width, std=0.1)

    def blocks(name, c):
        width, inner = c["hidden_size"], c["intermediate_size"]
        for i in range(c["num_hidden_layers"]):
            block = f"{name}.encoder.layers.{i}"
            norm(f"{block}.layer_norm1", width)
            for which in ["q", "k", "v", "out"]:
                linear(f"{block}.self_attn.{which}_proj", width, width)
            norm(f"{block}.layer_norm2", width)
            linear(f"{block}.mlp.fc1", inner, width)
            linear(f"{block}.mlp.fc2", width, inner)

    t, v, joint = config["text_config"], config["vision_config"], config["projection_dim"]
    put("text_model.embeddings.token_embedding.weight", t["vocab_size"], t["hidden_size"], std=0.5)
    put("text_model.embeddings.position_embedding.weight", LENGTH, t["hidden_size"], std=0.2)
    blocks("text_model", t)
    norm("text_model.final_layer_norm", t["hidden_size"])
    linear("text_projection", joint, t["hidden_size"], bias=False)
    width, patch = v["hidden_size"], v["patch_size"]
    name = "vision_model.embeddings"
    put(f"{name}.class_embedding", width, std=0.5)
    put(f"{name}.patch_embedding.weight", width, 3, patch, patch, std=(3 * patch * patch) ** -0.5)
    put(f"{name}.position_embedding.weight", (v["image_size"] // patch) ** 2 + 1, width, std=0.2)
    norm("vision_model.pre_layrnorm", width)
    blocks("vision_model", v)
    norm("vision_model.post_layernorm", width)
    linear("visual_projection", joint, width, bias=False)
    weights["logit_scale"] = torch.tensor(logit_scale)
    return weights
