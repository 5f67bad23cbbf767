"""Token ids of the built-in model's vocabulary by two independent tokenizers.

Pinned: transformers 5.24.0, tokenizers 0.23.3, regex 2026.11.19. Run in this folder: python tokens.py
Writes tokens.json: a few hundred strings with their ids, without start and end.

"transformers" is its CLIPTokenizer, built from the vocabulary and the merges of the built-in model.
Its normaliser is: NFC, runs of whitespace to one space, lower case. OpenAI's first tokenizer repaired
mis-decoded text (ftfy) and unescaped HTML before that; neither CLIPTokenizer nor this program does.

"plain" is byte-pair encoding written out below in the shortest way, without that library: it merges, in
each word, the pair that was learnt first until none is left. The script fails where the two disagree;
only strings that hold a special token are for transformers alone.
"""

import json
import pathlib
import random
import unicodedata

import regex
from transformers import CLIPTokenizer

ASSET = pathlib.Path(__file__).parents[2] / "mlpt-core/assets/tiny-clip/tokenizer.json"
stored = json.loads(ASSET.read_text())
VOCABULARY = stored["model"]["vocab"]
MERGES = [tuple(m.split(" ")) if isinstance(m, str) else tuple(m) for m in stored["model"]["merges"]]
START, END = (t["content"] for t in stored["added_tokens"])
SPECIALS = {t["content"]: t["id"] for t in stored["added_tokens"]}

theirs = CLIPTokenizer(vocab=VOCABULARY | SPECIALS, merges=MERGES, bos_token=START, eos_token=END, unk_token=END, pad_token=END)

WORD = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+")
RANKS = {pair: rank for rank, pair in enumerate(MERGES)}


def letters():
    """A printable character for each byte: itself where it has one, else the next from U+0100."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [b for b in range(256) if b not in shown]
    return {b: chr(b) for b in shown} | {b: chr(256 + i) for i, b in enumerate(hidden)}


LETTERS = letters()


def plain(text):
    text = unicodedata.normalize("NFC", text)
    text = regex.sub(r"\s+", " ", text)
    text = "".join(c.lower() for c in text)
    ids = []
    for word in WORD.findall(text):
        parts = [LETTERS[b] for b in word.encode()]
        parts[-1] += "</w>"
        while len(parts) > 1:
            pairs = list(zip(parts, parts[1:]))
            best = min(pairs, key=lambda p: RANKS.get(p, len(RANKS)))
            if best not in RANKS:
                break
            merged, i = [], 0
            while i < len(parts):
                if i + 1 < len(parts) and (parts[i], parts[i + 1]) == best:
                    merged.append(parts[i] + parts[i + 1])
                    i += 2
                else:
                    merged.append(parts[i])
                    i += 1
            parts = merged
        ids += [VOCABULARY[p] for p in parts]
    return ids


FIXED = [
    "", " ", "\t\n", "a photo of a red circle.", "A PHOTO OF A Red CIRCLE", "a  photo   of\ta\nsquare",
    "it's they're I've he'd we'll I'm don't rock'n'roll 'tis 's ''s", "IT'S THEY'RE", "o’clock it’s",
    "3.14159 2026 1,000,000 ½ ² ⅷ ٣ 四", "e-mail: a.b@c.de, #1 & 100% (sure)!?...", "_under_score_ CamelCase kebab-case",
    "naïve café CAFÉ cafe\u0301 A\u030a Å", "Straße STRASSE ẞ ß", "İstanbul ISPARTA ıi", "ΣΟΦΟΣ σοφός ΟΔΥΣΣΕΥΣ", "ﬁne ﬂow ǅ ǆ",
    "漢字かなカナ 한국어 ไทย हिन्दी العربية עברית", "Привет, МИР", "😀 👩‍👩‍👧‍👦 🇩🇪 👍🏽 ❤️ 1️⃣", "a\u200bb a\u00adb a\ufeffb", "a\u00a0b\u2003c\u3000d\u2028e\u0085f\u001cg",
    "\u0000\u0001\u007f\u0080", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐐀𐐨", "&amp; &lt;b&gt; &#39;", "FranÃ§ois", "\u1100\u1161\u11a8 가", "x" * 2000, "ab" * 700 + "!" * 300, "word " * 400, "🎈" * 150, "'" * 40,
    "a photo of <|endoftext|> and more", "<|startoftext|>", "<|endoftext|><|endoftext|> x", "<|ENDOFTEXT|>",
]
BLOCKS = [
    (0x20, 0x7F, 30), (0xA0, 0x180, 8), (0x370, 0x400, 4), (0x400, 0x500, 4), (0x5D0, 0x5EB, 2), (0x620, 0x64B, 2), (0x905, 0x93A, 2),
    (0xE01, 0xE3B, 2), (0x1100, 0x1176, 1), (0x1E00, 0x1F00, 3), (0x2000, 0x2070, 3), (0x2190, 0x2200, 1), (0x3041, 0x3097, 2),
    (0x4E00, 0x5000, 3), (0xAC00, 0xAD00, 2), (0xFF01, 0xFF5F, 2), (0x1F300, 0x1F5FF, 3), (0x10400, 0x10450, 1), (0x300, 0x340, 3),
]
WORDS = [w.removesuffix("</w>") for w in VOCABULARY if w.endswith("</w>") and w.isascii() and len(w) > 6]
rng = random.Random(6)


def character():
    low, high, _ = rng.choices(BLOCKS, [b[2] for b in BLOCKS])[0]
    while True:
        c = chr(rng.randrange(low, high))
        # Letters that a newer Unicode assigned are classed differently by different libraries.
        if unicodedata.category(c) != "Cn":
            return c


def sentence():
    words = [rng.choice(WORDS) for _ in range(rng.randrange(1, 14))]
    change = [str, str.upper, str.title, lambda w: w + rng.choice(["'s", "'ll", "-", ".", ",", "s", "ing", "2"])]
    return rng.choice([" ", " ", "  ", "\n", "_"]).join(rng.choice(change)(w) for w in words)


strings = FIXED + [sentence() for _ in range(150)] + ["".join(character() for _ in range(rng.randrange(1, 60))) for _ in range(200)]
cases = []
for text in strings:
    ids = theirs(text, add_special_tokens=False)["input_ids"]
    assert any(s in text for s in SPECIALS) or plain(text) == ids, (text, ids, plain(text))
    cases.append({"text": text, "ids": ids})
print(len(cases), "strings,", sum(len(c["ids"]) for c in cases), "ids")
with open("tokens.json", "w") as f:
    json.dump(cases, f)
    f.write("\n")
