"""Token ids of OpenAI's vocabulary by OpenAI's own tokenizer, by open_clip's and by transformers'.

Pinned: clip-anytorch 2.6.0 (OpenAI's code as a package), open_clip_torch 3.3.0, ftfy 6.3.1, regex 2026.11.19,
transformers 5.24.0, tokenizers 0.23.3. Run in this folder: python clip_tokens.py [FOLDER_OF_SPLITS]
Writes clip_tokens.json.

Strings: names of classes (ImageNet's, from open_clip; those of the split files `split_zhou_*.json` below the
folder, where one is given), the templates of prompts, lists by hand of what goes wrong with text, every HTML
entity, and strings drawn from a fixed seed. Start and end are not in the ids.

- "openai" is `SimpleTokenizer.encode` of OpenAI's release: ftfy, HTML entities, whitespace, lower case.
- "open_clip", where it differs: there start and end are called otherwise, so that `<|endoftext|>` in a text is
  a word like any other.
- "transformers", where it differs from "openai": CLIPTokenizer built from the vocabulary that open_clip ships.
- "garbled", where it differs from "openai": the same without the first repair of ftfy, that of text which was
  decoded with a wrong character set. That repair is the one thing that this program does not do.

Each string is a list: the text, ids by OpenAI, and an object with what differs. The digest of the merges, one
pair a line, is kept too.
"""

import gzip
import hashlib
import html.entities
import importlib.util
import json
import pathlib
import random
import sys
import unicodedata

import ftfy
import open_clip.tokenizer
import open_clip.zero_shot_metadata as names
from transformers import CLIPTokenizer

# The package itself would import the models, and with them what setuptools has no more.
folder = importlib.util.find_spec("clip").submodule_search_locations[0]
spec = importlib.util.spec_from_file_location("simple_tokenizer", pathlib.Path(folder) / "simple_tokenizer.py")
simple_tokenizer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(simple_tokenizer)

openai = simple_tokenizer.SimpleTokenizer()
open_clip_tokenizer = open_clip.tokenizer.SimpleTokenizer()
START, END = openai.encoder["<|startoftext|>"], openai.encoder["<|endoftext|>"]
assert (START, END, len(openai.encoder)) == (49406, 49407, 49408)

with gzip.open(open_clip.tokenizer.default_bpe()) as f:
    MERGES = f.read().decode().split("\n")[1 : END - 512]
transformers_tokenizer = CLIPTokenizer(vocab=dict(openai.encoder), merges=[tuple(m.split()) for m in MERGES])


def without_repair_of_encodings(text):
    whole = ftfy.fix_text
    simple_tokenizer.ftfy.fix_text = lambda t: whole(t, fix_encoding=False)
    try:
        return openai.encode(text)
    finally:
        simple_tokenizer.ftfy.fix_text = whole


def class_names(folder):
    for path in sorted(pathlib.Path(folder).rglob("split_zhou_*.json")):
        split = json.loads(path.read_text())
        for name in sorted({item[2] for part in split.values() for item in part}):
            yield name
            yield name.replace("_", " ")


BY_HAND = """
a photo of a dog.|A Photo Of A DOG|  two  spaces|snake_case_name|kebab-case-name|CamelCase|a.b.c|#hashtag @mention|100%|3.14159
it's|it’s|IT'S|IT’S|they're|they’re|I've|I’ve|he'd|he’d|we'll|we’ll|I'm|I’m|don't|don’t|rock'n'roll|'tis|''s|'s's|'S 'T 'RE 'VE 'M 'LL 'D|o'clock|dogs'|it`s|it´s|itʼs|it‛s
'ſ|a'ſ b|ſ|'ſt|\u0345|α\u0345|K\u0345D|!\u0345!|ᾳ|<|ſtartoftext|>
“double”|„low”|‟x‟|‘single’|‚low’|«angle»|‹a›|"straight"|''|'''|--|---|…|...|!?!?|!!!|?!|***|$$$|@@@|~~|^^|\\\\|//|(())|[[]]|{{}}|<<>>|<3|:-)|;-)|=D|>_<
café|cafe\u0301|CAFÉ|CAFE\u0301|Å|A\u030a|\u212b|ﬁne ﬂow ﬀ ﬃ ﬄ ﬅ ﬆ|Ĳ ĳ ŉ Ǆ ǅ ǆ Ǉ ǈ ǉ Ǌ ǋ ǌ Ǳ ǲ ǳ|n\u0303|o\u0308\u0304|\u1100\u1161\u11a8|가|각|q\u0307\u0323|q\u0323\u0307|e\u0301\u0301\u0301|\u0301|a\u0300b\u0300
ＡＢＣａｂｃ１２３！＠＃|Ｕﾀｰﾝ|ﾊﾟﾋﾟ|ｶﾞ|　ideographic　space　|￥￦￠|ﾡﾢﾣ|＆amp;|＇s|＜b＞|ｉｔ＇ｓ
ΟΔΥΣΣΕΥΣ|ΣΟΦΟΣ ΣΟΦΟΣ|Σ|ΑΣ|ΑΣ.|ΑΣ'Α|Α.Σ|ΑΣ Β|σς|ΆΈΉ|ᾳ ᾼ|ϑ ϕ
İstanbul|ISPARTA|ı i İ I|DİYARBAKIR|Straße|STRASSE|GROẞ|ẞ ß|ŁÓDŹ|ÆØÅ|ĐÐ|ŒUVRE|ŸŽŠ|ǅ|ŉ|ᲐᲑᲒ|აბგ|ꭰ Ꭰ
漢字|かな|カナ|한국어|中文 字符|日本語テスト|ไทย|हिन्दी|क्षत्रिय|বাংলা|தமிழ்|العربية|السَّلَامُ|עברית|שָׁלוֹם|فارسی|اردو|Привет, МИР|Україна їжак|Ελλάδα|Հայերեն|ქართული|አማርኛ|ភាសាខ្មែរ|မြန်မာ|ལྷ་ས
😀|😀😀|👩‍👩‍👧‍👦|👨🏽‍🚀|🏳️‍🌈|🏴󠁧󠁢󠁥󠁮󠁧󠁿|🇩🇪|🇩🇪🇫🇷|👍|👍🏽|👍🏿|❤|❤️|1️⃣|#️⃣|☺|☺️|a😀b|😀 dog 🐕|🐈‍⬛|🤷‍♀️|©️ ® ™|♥ ♦ ♣ ♠|→ ← ⇒|☃☂
½ ¼ ¾|² ³ ¹|ⅷ Ⅷ|٣ ٤|四 五|①②③|1,000,000|2026-11-25|12:34:56|0x1F|1e-5|007|1st 2nd 3rd|½cup|x²|H₂O|১২৩|१२३
_|__|___|_a_|a_b|a__b|1_2|_1|__init__|a_'s|_'s
\u00a0|a\u00a0b|a\u2003b|a\u2009b|a\u3000b|a\u2028b|a\u2029b|a\u1680b|a\u180eb|a\u200bb|a\u200cb|a\u200db|a\u2060b|a\ufeffb|\ufeffa|a\u00adb|a\u061cb|a\u200eb|a\u202eb|a\u206ab|a\ufff9b|a\ufffcb|a\ufffdb|\ufffd
a\x00b|\x00|\x01\x02|a\x07b|a\x08b|a\x0bb|a\x0cb|a\x0eb|a\x1ab|a\x1bb|a\x1cb|a\x1d\x1e\x1fb|a\x7fb|\x1b[31mred\x1b[0m|\x1b[36;44mblue\x1b[0m|\x1b[x|\x1b[1|\x1b[;;mA|\x1b[1\x1b[2mB|a\x80b|a\x81b|a\x85b|a\x8db|a\x92s|\x93quoted\x94|a\x9fb|x\x96y \x99
\t|\n|\r\n|a\tb|a\nb|a\r\nb|a\rb|a\n\n\nb|\ta\t| a | \t a \n b |a \n\t b
&amp;|&amp|&AMP;|&AMP|&amp;amp;|&amp;amp;amp;|&amp;amp;amp;amp;|&amp;lt;b&amp;gt;|&lt;b&gt;|&lt|&gt|&quot;x&quot;|&apos;s|it&apos;s|it&#39;s|it&#x27;s|it&rsquo;s|it&#8217;s|it&#146;s|&#39|&#39s|&#x27|&#x27g|&#X27;|&#039;|&nbsp;|a&nbsp;b|a&nbspb|&nbsp;&nbsp;a|&copy;|&copy|&COPY;|&copy2020|&reg;&trade;
&#0;|&#00;|&#1;|&#8;|&#9;|&#10;|&#11;|&#12;|&#13;|&#14;|&#31;|&#32;|&#38;|&#38;amp;|&#38;lt;|&#59;|&#60;|&#127;|&#128;|&#x80;|&#129;|&#x81;|&#133;|&#141;|&#150;|&#x96;|&#159;|&#160;|&#xA0;|&#173;|&#xD800;|&#xDFFF;|&#xFDD0;|&#xFFFE;|&#xFFFF;|&#x1FFFF;|&#x10FFFF;|&#x110000;|&#99999999999999999999;|&#xFFFFFFFFFFFF;|&#;|&#x;|&#xg;|&# 39;|&#-1;|&#+1;|&#1 2;|&#٣;
&|&&|& |a & b|a&b|AT&T|R&D;|&;|&a|&a;|&nosuch;|&nosuchentityatall;|&ampersand;|&notit;|&notin;|&not;|&notx|&eacute;|&eacute|&Eacute;|&EACUTE;|&eAcute;|P&EACUTE;REZ|&SZLIG;|&NTILDE;|&nTILDE;|&LTIMES;|&SUP3;|&HELLIP;|&hellip;|&mdash;|&ndash;|&lsquo;a&rsquo;|&ldquo;a&rdquo;|&CounterClockwiseContourIntegral;|&CounterClockwiseContourIntegralx;|&NotEqualTilde;|&fjlig;|&NewLine;|a&Tab;b|&ampé|&éamp;|&amp\u0301;|&times;|&timesx|&timesb;|&frac12;|&euro;|&yen|&pound5|&sect1|&para;|&middot;
<&amp;amp;amp;>|<&#8217;>|<EACUTE &EACUTE;>|<b>bold</b>|a < b &amp; c|&amp;amp;amp;\\n<b>\\n&amp;amp;amp;|&EACUTE;\\n<\\n&EACUTE;|<br/>&nbsp;<br/>
<|endoftext|>|<|startoftext|>|a <|endoftext|> b|a<|endoftext|>b|!<|endoftext|>|<|endoftext|>!|<|endoftext|><|endoftext|>|<|ENDOFTEXT|>|<|StartOfText|> a|x's<|endoftext|>|1<|endoftext|>1|<|endoftext|>'s|<|endoftext|<|endoftext|>|<start_of_text>|a <end_of_text> b|&lt;|endoftext|&gt;|＜|endoftext|＞|<|endof text|>|<| endoftext |>|<|endoftext|
FranÃ§ois|cafÃ©|itâ€™s|â€œquotedâ€\x9d|voilÃ le travail|Ã¼ber|sÃ³|&ATILDE;&SUP3;|âœ” No|ÐŸÑ€Ð¸Ð²ÐµÑ‚|Ã|Â©|Â|naïve|Ünïcödé|â|€|CÔTE|l’Humanité|(à la mode)|ã\x83\x84|AHÅ™|Ã\xa0 la carte
"""


def by_hand():
    yield ""
    for line in BY_HAND.strip("\n").split("\n"):
        # `|` parts the strings, but not in the names of start and end.
        line = line.replace("<|", "<\ue000").replace("|>", "\ue000>").replace("|&gt;", "\ue000&gt;").replace("|＞", "\ue000＞")
        line = line.replace("&lt;|", "&lt;\ue000").replace("＜|", "＜\ue000").replace("endoftext|<", "endoftext\ue000<")
        for text in line.split("|"):
            yield text.replace("\ue000", "|").replace("\\n", "\n").replace("\\\\", "\\")
    yield from ("x" * 500, "ab" * 120 + "!" * 90, "word " * 100, "🎈" * 60, "'" * 40, "a b " * 37 + "a", "a b " * 37 + "a b", "漢" * 70, "😀" * 3 + "a" * 300)


def entities():
    for name in sorted(html.entities.html5):
        yield f"x&{name}y"
    # Those that ftfy knows in capitals.
    for name in sorted(n for n in html.entities.html5 if n == n.lower() and n.endswith(";"))[::6]:
        yield f"&{name.upper()}"


BLOCKS = [
    (0x20, 0x7F, 40), (0xA0, 0x180, 12), (0x180, 0x250, 3), (0x250, 0x300, 1), (0x300, 0x370, 4), (0x370, 0x400, 5), (0x400, 0x530, 5),
    (0x530, 0x590, 1), (0x590, 0x5F5, 2), (0x600, 0x700, 3), (0x900, 0x980, 3), (0x980, 0xE00, 2), (0xE00, 0xE80, 2), (0x10A0, 0x1200, 2),
    (0x1C80, 0x1CC0, 1), (0x1E00, 0x2000, 4), (0x2000, 0x2070, 5), (0x2070, 0x2300, 4), (0x2460, 0x2500, 1), (0x2600, 0x2800, 2),
    (0x2C60, 0x2D30, 1), (0x3000, 0x3100, 3), (0x4E00, 0x5200, 3), (0xA640, 0xA700, 1), (0xAC00, 0xAE00, 2), (0xF900, 0xFB00, 1),
    (0xFB00, 0xFB50, 2), (0xFE00, 0xFE10, 1), (0xFF00, 0xFFF0, 3), (0x0, 0x20, 1), (0x7F, 0xA0, 1), (0x10400, 0x10450, 1), (0x1D400, 0x1D500, 1),
    (0x1F1E6, 0x1F200, 1), (0x1F300, 0x1F650, 3), (0x1F3FB, 0x1F400, 1),
]
rng = random.Random(49408)
PIECES = ["'s", "’t", "'re", "’ve", "'m", "'ll", "’D", "&amp;", "&#39;", "&nbsp;", "&lt", "&quot;", "&#x2019;", " ", " ", " ", "  ", "\t", "\n", "_", "-", ".", ",", "!", "?", "...", "\u200d", "\ufe0f", "1", "42"]
WORDS = [w.removesuffix("</w>") for w in openai.encoder if w.endswith("</w>") and w.removesuffix("</w>").isascii() and w[0].isalpha()]


def character():
    while True:
        low, high, _ = rng.choices(BLOCKS, [b[2] for b in BLOCKS])[0]
        c = chr(rng.randrange(low, high))
        # What a newer Unicode assigned is classed differently by different libraries.
        if unicodedata.category(c) != "Cn":
            return c


def drawn():
    change = [str, str, str.upper, str.title, lambda w: w + rng.choice(PIECES)]
    for _ in range(450):
        yield "".join(rng.choice(change)(rng.choice(WORDS)) + rng.choice(PIECES + [" "] * 30) for _ in range(rng.randrange(1, 9)))
    for _ in range(700):
        yield "".join(character() for _ in range(rng.randrange(1, 16)))
    for _ in range(250):
        yield "".join(rng.choice([character, lambda: rng.choice(PIECES), lambda: rng.choice(WORDS)])() for _ in range(rng.randrange(2, 10)))


groups = {
    "names of classes": [*names.IMAGENET_CLASSNAMES, *(class_names(sys.argv[1]) if len(sys.argv) > 1 else [])],
    "prompts": [t("tench" if i % 2 else "Yorkshire Terrier") for i, t in enumerate(names.OPENAI_IMAGENET_TEMPLATES)],
    "by hand": list(by_hand()),
    "entities": list(entities()),
    "drawn": list(drawn()),
}
seen, out = set(), {}
for group, texts in groups.items():
    cases = []
    for text in texts:
        if text in seen:
            continue
        seen.add(text)
        ids = openai.encode(text)
        others = {
            "open_clip": open_clip_tokenizer.encode(text),
            "transformers": transformers_tokenizer(text, add_special_tokens=False)["input_ids"],
            "garbled": without_repair_of_encodings(text),
        }
        others = {name: theirs for name, theirs in others.items() if theirs != ids}
        # Start and end are the only difference between OpenAI's tokenizer and open_clip's.
        assert "open_clip" not in others or "of_text>" in text or "oftext|" in text.lower() or START in ids or END in ids, text
        cases.append([text, ids, others])
    differ = {name: sum(name in c[2] for c in cases) for name in ("open_clip", "transformers", "garbled")}
    print(f"{group}: {len(cases)} strings, {sum(len(c[1]) for c in cases)} ids; otherwise by {differ}")
    out[group] = cases

digest = hashlib.sha256("".join(m + "\n" for m in MERGES).encode()).hexdigest()
print(len(seen), "strings; merges", digest)
with open("clip_tokens.json", "w") as f:
    groups = ",\n".join(f'{json.dumps(g)}: [\n' + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]" for g, cases in out.items())
    f.write('{"merges": "' + digest + '", "groups": {\n' + groups + "\n}}\n")
