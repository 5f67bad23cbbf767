"""One pass of PyTorch's DataLoader over the training images of Caltech-101 with Pillow and torchvision:
the same work as `tests/src/bin/bench_loader.rs`.

    python loader.py ROOT WORKERS PASSES
"""

import json
import sys
import time
from pathlib import Path

import torch
from PIL import Image
from torchvision import transforms as T

root, workers, passes = Path(sys.argv[1]) / "caltech-101", int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(1)
train = json.loads((root / "split_zhou_Caltech101.json").read_text())["train"]
transform = T.Compose([
    T.RandomResizedCrop(224, scale=(0.08, 1.0), interpolation=T.InterpolationMode.BICUBIC),
    T.RandomHorizontalFlip(),
    T.ToTensor(),
    T.Normalize([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]),
])


class Images(torch.utils.data.Dataset):
    def __len__(self):
        return len(train)

    def __getitem__(self, i):
        path, label, _ = train[i]
        return transform(Image.open(root / "101_ObjectCategories" / path).convert("RGB")), label


# Workers stay between passes, so that starting them is paid once, in the pass that is thrown away.
loader = torch.utils.data.DataLoader(
    Images(), batch_size=32, num_workers=workers, persistent_workers=workers > 0, prefetch_factor=2 if workers else None
)
for _ in range(passes):
    started = time.perf_counter()
    count, check = 0, 0.0
    for images, labels in loader:
        count += len(labels)
        check += images[..., :1].mean().item()
    print(json.dumps({"images": count, "seconds": round(time.perf_counter() - started, 3), "check": round(check, 3)}))
