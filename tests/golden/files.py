"""Files of weights in every shape that CLIP and learnt prompts are published in, and files that must be refused.

Pinned: torch 2.15.0 (CPU), safetensors 0.8.0. Run in this folder: python files.py
Writes files/ (each file a few KB) and files.json: for each file all its tensors, exactly, or, under "bad",
what is wrong with it. TorchScript writes its sources' paths into code/*.debug_pkl; they are left out here,
and orders its sources' constants by their hashes, so these are held fast.
"""

import functools
import io
import json
import os
import pickle
import shutil
import struct
import sys
import tarfile
import warnings
import zipfile
from collections import OrderedDict

import torch
from safetensors.torch import save_file
from torch import nn

if os.environ.get("PYTHONHASHSEED") != "0":
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {"PYTHONHASHSEED": "0"})
warnings.simplefilter("ignore")
torch.manual_seed(17)
FOLDER = "files"
shutil.rmtree(FOLDER, ignore_errors=True)
os.makedirs(FOLDER)
good, bad = [], []


def at(name):
    return os.path.join(FOLDER, name)


def expect(name, kind, tensors, **about):
    """Numbers are exact in f64, and texts, because not every reader of JSON takes the nearest."""
    listed = {
        key: dict(dtype=str(t.dtype).removeprefix("torch."), shape=list(t.shape), numbers=" ".join(map(repr, t.detach().double().flatten().tolist())))
        for key, t in tensors.items()
    }
    good.append(dict(file=name, format=kind, tensors=listed, **about))


def torch_file(name, content, tensors, **about):
    save = about.pop("save", {})
    torch.save(content, at(name), **save)
    expect(name, "torch", tensors, **about)


# ---- safetensors

plain = {
    "visual.conv1.weight": torch.randn(3, 2, 2, 2),
    "token_embedding.weight": torch.randn(5, 4),
    "logit_scale": torch.tensor(4.6052),
    "nothing": torch.zeros(0, 3),
}
for name, dtype in (("f32", torch.float32), ("f16", torch.float16), ("bf16", torch.bfloat16)):
    tensors = {k: v.to(dtype) for k, v in plain.items()}
    save_file(tensors, at(f"{name}.safetensors"))
    expect(f"{name}.safetensors", "safetensors", tensors)
whole = {
    "f64": torch.randn(3, dtype=torch.float64),
    "i64": torch.tensor([[-1, 2**40 + 1], [0, 7]]),
    "i32": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
    "i16": torch.tensor([-300, 300], dtype=torch.int16),
    "u8": torch.tensor([0, 200, 255], dtype=torch.uint8),
    "bool": torch.tensor([True, False, True]),
}
mixed = {f"module.{k}": v for k, v in whole.items()}
save_file(mixed, at("types.safetensors"), metadata={"format": "pt"})
expect("types.safetensors", "safetensors", whole)

# ---- dicts by torch.save

half = {"f16": torch.randn(2, 3).half(), "bf16": torch.randn(4).bfloat16(), "f32": torch.randn(2, 2)}
torch_file("types.bin", whole | half, whole | half)
torch_file("protocol4.pt", whole | half, whole | half, save=dict(pickle_protocol=4))
torch_file("protocol5.pt", whole | half, whole | half, save=dict(pickle_protocol=5))

# A type without a storage class of its own: the storage is untyped, and the tensor tells the type.
late = {"u32": torch.tensor([[0, 7], [2**31, 2**32 - 1]], dtype=torch.uint32).t()}
torch_file("untyped.pt", late, late)

block = torch.randn(6, 4)
long = torch.randn(24)


class Own(torch.Tensor):
    """A subclass, so that its type stands in the file."""


views = {
    "block": block,
    "tied": block,
    "transposed": block.t(),
    "rows": block[2:5],
    "columns": block[:, 1:3],
    "one column": block[:, 3],
    "every second": long[1::2],
    "permuted": long.view(2, 3, 4).permute(2, 0, 1),
    "corner": long.view(2, 3, 4)[1:, 1:, 2:],
    "number": long[7],
    "expanded": torch.tensor([[1.5], [-2.5]]).expand(2, 3),
    "empty slice": long[5:5],
    "channels last": torch.randn(2, 3, 2, 2).to(memory_format=torch.channels_last),
    "parameter": nn.Parameter(torch.randn(2, 3)),
    "parameter of a view": nn.Parameter(block.t()),
    "subclass": torch.randn(3, 2).t().as_subclass(Own),
    "buffer": nn.Buffer(torch.randn(2)),
}
# A reader names the class, and the tensors' loader need not know it.
torch_file("views.pth", views, views)


class Nested(nn.Module):
    def __init__(self):
        super().__init__()
        self.resblocks = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
        self.proj = nn.Parameter(torch.randn(4, 2))
        self.register_buffer("mask", torch.full((2, 2), -1.0).triu(1))


def state(module):
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(torch.randn_like(p))
    return module.state_dict()


nested = state(Nested())
torch_file("pytorch_model.bin", nested, nested)
parallel = OrderedDict((f"module.{k}", v) for k, v in nested.items())
torch_file("open_clip.pt", {"epoch": 7, "name": "RN50", "state_dict": parallel, "scaler": {}}, nested, numbers={"epoch": 7})
torch_file("model-key.pt", {"model": nested, "lr": 0.5}, nested, numbers={"lr": 0.5})
torch_file("module-key.pt", {"module": parallel, "step": 3}, nested, numbers={"step": 3})
# Only some names have the prefix: then it is part of them.
part = {"module.a": torch.ones(2), "b": torch.zeros(1)}
torch_file("part.pt", part, part)

# ---- checkpoints in Dassl's layout


class Warm(torch.optim.lr_scheduler.LRScheduler):
    """Dassl's constant warm-up: its state holds the next schedule itself, with the optimiser in it."""

    def __init__(self, optimizer, successor):
        self.successor = successor
        super().__init__(optimizer)

    def get_lr(self):
        return [1e-5 for _ in self.base_lrs]


def checkpoint(name, tensors, warm, **beside):
    params = [nn.Parameter(t.clone()) for t in tensors.values() if t.is_floating_point()][:2]
    optimizer = torch.optim.SGD(params, lr=0.002, momentum=0.9, weight_decay=5e-4)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 50.0)
    if warm:
        scheduler = Warm(optimizer, scheduler)
    for p in params:
        p.grad = torch.randn_like(p)
    optimizer.step()
    scheduler.step()
    whole = dict(state_dict=OrderedDict(tensors), epoch=50, optimizer=optimizer.state_dict(), scheduler=scheduler.state_dict())
    torch_file(name, whole | beside, tensors, epoch=50, numbers={"epoch": 50}, **beside)


coop = {"ctx": torch.randn(4, 6), "token_prefix": torch.randn(3, 1, 6).half(), "token_suffix": torch.randn(3, 5, 6).half()}
checkpoint("coop.pth.tar", coop, False, val_result=None)
good[-1]["val_result"] = None
checkpoint("coop-warm.pth.tar-50", {f"module.{k}": v for k, v in coop.items()}, True, val_result=71.25)
good[-1]["tensors"] = {k.removeprefix("module."): v for k, v in good[-1]["tensors"].items()}
good[-1]["numbers"]["val_result"] = 71.25
maple = {
    "prompt_learner.ctx": torch.randn(2, 6),
    "prompt_learner.proj.weight": torch.randn(4, 6).half(),
    "prompt_learner.proj.bias": torch.randn(4).half(),
    "prompt_learner.compound_prompts_text.0": torch.randn(2, 6),
    "prompt_learner.compound_prompts_text.1": torch.randn(2, 6),
    "prompt_learner.compound_prompt_projections.0.weight": torch.randn(4, 6),
    "prompt_learner.token_prefix": torch.randn(3, 1, 6),
    "image_encoder.conv1.weight": torch.randn(2, 3, 2, 2).half(),
    "text_encoder.positional_embedding": torch.randn(7, 6),
    "logit_scale": torch.tensor(4.6),
}
checkpoint("maple.pth.tar", maple, False, val_result=80)
good[-1]["numbers"]["val_result"] = 80

# ---- TorchScript


class Visual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 2, 2, bias=False)
        self.bn1 = nn.BatchNorm2d(2)
        self.ln = nn.LayerNorm(2)

    def forward(self, x):
        return self.ln(self.bn1(self.conv1(x)).flatten(2).mean(2))


class Clip(nn.Module):
    """Shared submodule, shared parameter, buffers, plain attributes of every kind."""

    sizes: list[int]

    def __init__(self, plain):
        super().__init__()
        self.visual = Visual()
        self.mlp = nn.Sequential(OrderedDict(c_fc=nn.Linear(2, 3), c_proj=nn.Linear(3, 2)))
        self.proj = nn.Parameter(torch.randn(3, 2).t())
        if plain:
            # A trace knows no sharing.
            self.again, self.tied = self.mlp, self.proj
        self.logit_scale = nn.Parameter(torch.tensor(4.6))
        for key, value in (("input_resolution", 4), ("context_length", 77), ("vocab_size", 49408)):
            if plain:
                setattr(self, key, value)
            else:
                self.register_buffer(key, torch.tensor(value))
        self.sizes = [1, 2]
        self.scale = 0.25
        self.label = "ViT"
        self.nothing = None

    def forward(self, x):
        return self.mlp(self.visual(x)) @ self.proj * self.logit_scale


def without_paths(name, script):
    whole = io.BytesIO()
    torch.jit.save(script, whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(at(name), "w") as new:
        for entry in old.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                # Another root folder, and the same compression: sources are compressed, tensors are not.
                about = zipfile.ZipInfo(entry.filename.replace("archive/", "ViT-B-32/", 1))
                about.compress_type = entry.compress_type
                new.writestr(about, old.read(entry.filename))


x = torch.randn(2, 3, 4, 4)
for name, plain in (("scripted.pt", True), ("traced.pt", False)):
    module = Clip(plain).eval()
    state(module)
    if plain:
        script = torch.jit.script(module.half())
    else:
        script = torch.jit.trace(module, x)
        script = script.half()
    without_paths(name, script)
    numbers = dict(input_resolution=4, context_length=77, vocab_size=49408, scale=0.25) if plain else None
    expect(name, "torchscript", script.state_dict(), numbers_within=numbers)

# ---- what must be refused: a file for each, and a word of what the message must say


def refuse(name, word, content=None, **save):
    if isinstance(content, bytes):
        with open(at(name), "wb") as f:
            f.write(content)
    elif content is not None:
        torch.save(content, at(name), **save)
    bad.append(dict(file=name, word=word))


# The names of its storages would be addresses, so it has none.
refuse("legacy.pth", "before 1.6", {"epoch": 50}, _use_new_zipfile_serialization=False)
refuse("plain.pkl", "plain Python pickle", pickle.dumps({"a": 1}))
refuse("no-tensors.pt", "dict of epoch (int), config (dict of lr (float), 3 (str)), names (list)", {"epoch": 3, "config": {"lr": 0.1, 3: "x"}, "names": ["a"]})
refuse("two-models.pt", "generator (dict of w (tensor)), critic (dict of w (tensor))", {"generator": {"w": torch.ones(2)}, "critic": {"w": torch.ones(2)}})
refuse("list.pt", "it holds list", [torch.ones(2), torch.ones(3)])
refuse("tensor.pt", "it holds tensor", torch.ones(2))
refuse("empty-dict.pt", "empty dict", OrderedDict())
refuse("empty-state.pth.tar", "state_dict (empty dict), epoch (int)", {"state_dict": {}, "epoch": 1})
refuse("whole-model.pt", "it holds torch.nn.modules.linear.Linear", nn.Linear(2, 2))
refuse("sparse.pt", "_rebuild_sparse_tensor", {"s": torch.eye(3).to_sparse()})
refuse("complex.pt", "ComplexFloatStorage", {"c": torch.randn(2, dtype=torch.complex64)})
refuse("f8.pt", "float8_e4m3fn", {"q": torch.randn(3).to(torch.float8_e4m3fn)})
refuse("negated.pt", "negated", {"n": torch.randn(2, dtype=torch.complex64).conj().imag})
without_paths("no-tensors-script.pt", torch.jit.script(nn.ReLU()))
refuse("no-tensors-script.pt", "TorchScript module without tensors")
save_file({"x": torch.ones(2, dtype=torch.int8)}, at("i8.safetensors"))
refuse("i8.safetensors", "'x' holds numbers of type I8")
save_file({}, at("empty.safetensors"))
refuse("empty.safetensors", "without a single tensor")

# Archives that lie. What a pickle says of a tensor is written here by hand.


class Storage:
    def __init__(self, kind, key, count):
        self.id = ("storage", kind, key, "cpu", count)


class Lie:
    """Pickles as a tensor that nobody could build."""

    def __init__(self, storage, offset, shape, strides):
        self.args = (storage, offset, shape, strides, False, OrderedDict())

    def __reduce__(self):
        return torch._utils._rebuild_tensor_v2, self.args


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return value.id if isinstance(value, Storage) else None


def archive(content, storages={"0": struct.pack("<16f", *range(16))}, order=b"little", how=zipfile.ZIP_STORED, root="lie/"):
    data, whole = io.BytesIO(), io.BytesIO()
    Pickler(data, 2).dump(content)
    with zipfile.ZipFile(whole, "w", how) as new:
        parts = {"data.pkl": data.getvalue(), "byteorder": order} | {f"data/{k}": v for k, v in storages.items()}
        for name, value in parts.items():
            about = zipfile.ZipInfo(root + name)
            about.compress_type = how
            new.writestr(about, value)
    return whole.getvalue()


of = functools.partial(Storage, torch.FloatStorage)
LIES = {
    "storage-too-long.pt": (Lie(of("0", 17), 0, (4,), (1,)), "claims 17 numbers, but holds 64 bytes"),
    "storage-huge.pt": (Lie(of("0", 2**62), 0, (2**62,), (1,)), "but holds 64 bytes"),
    "shape-huge.pt": (Lie(of("0", 16), 0, (2**40,), (1,)), "does not fit into the 64 bytes"),
    "shape-overflows.pt": (Lie(of("0", 16), 0, (2**40, 2**40), (0, 0)), "does not fit into the 64 bytes"),
    "repeated.pt": (Lie(of("0", 16), 0, (2**30,), (0,)), "would take 4294967296 bytes"),
    "offset.pt": (Lie(of("0", 16), 14, (4,), (1,)), "from number 14 on does not fit"),
    "stride.pt": (Lie(of("0", 16), 0, (2, 4), (13, 1)), "with strides [13, 1]"),
    "negative.pt": (Lie(of("0", 16), 0, (-4,), (1,)), "no counts"),
    "negative-offset.pt": (Lie(of("0", 16), -1, (4,), (1,)), "no counts"),
    "ranks.pt": (Lie(of("0", 16), 0, (4, 4), (1,)), "has strides [1]"),
    "no-storage.pt": (Lie(of("1", 16), 0, (4,), (1,)), "data/1 is not in the archive"),
    "storage-of-int.pt": (Lie(5, 0, (4,), (1,)), "has a int for its storage"),
}
for name, (lie, word) in LIES.items():
    refuse(name, word, archive({"lie": lie}))


class M:
    """A module of TorchScript, as far as its pickle goes."""


M.__module__ = "__torch__"
sys.modules["__torch__"] = sys.modules[__name__]
cyclic, doubling = M(), M()
cyclic.child = cyclic
for _ in range(40):
    deeper, doubling = doubling, M()
    doubling.a = doubling.b = deeper
refuse("cyclic-script.pt", "tree of modules has no end", archive(cyclic))
refuse("doubling-script.pt", "tree of modules has no end", archive(doubling))
honest = {"w": Lie(of("0", 16), 4, (2, 3), (3, 1))}
with open(at("no-root.pt"), "wb") as f:
    f.write(archive(honest, root=""))
expect("no-root.pt", "torch", {"w": torch.arange(4.0, 10.0).reshape(2, 3)})
refuse("compressed.pt", "is compressed", archive(honest, how=zipfile.ZIP_DEFLATED))
refuse("big-endian.pt", "big-endian", archive(honest, order=b"big"))
whole = io.BytesIO()
with zipfile.ZipFile(whole, "w") as new:
    new.writestr(zipfile.ZipInfo("clip/weights.npy"), b"numbers")
refuse("other.zip", "there is no data.pkl in it (clip/weights.npy)", whole.getvalue())
whole = io.BytesIO()
with tarfile.open(fileobj=whole, mode="w") as new:
    new.addfile(tarfile.TarInfo("model.pth"))
refuse("packed.pth.tar", "tar archive", whole.getvalue())

with open("files.json", "w") as f:
    json.dump(dict(good=good, bad=bad), f)
    f.write("\n")
