//! `docs/parity.md`.

use super::Check;
use std::fmt::Write;
use std::path::PathBuf;

const HEADER: &str = "\
# Parity

This program is held against independent implementations: PyTorch, transformers, torchvision and Pillow,
scikit-learn. Where none exists in a form that can be run (the RAdam that Dassl brings along, the whole
training loop), a script writes the published formula out, step by step.

The numbers of the other side are kept in `tests/golden`, each file beside the Python script that made it;
versions are pinned there. This table is written by

```
cargo run -p mlpt-tests --bin parity
```

which reads those files, computes the same with this program, and fails where a difference is larger than
its tolerance. The test suite does the same, and fails too where this table does not list exactly the
comparisons that exist. To make the golden files anew see `tests/golden/README.md`.

## How to read it

- *Numbers* is how many values were compared; *difference* the largest one between two of them.
- *absolute*: the difference as it is. *relative*: over the largest absolute value of the tensor that the
  value belongs to.
- A tolerance of 0 stands before things that have to be the same: ids, bytes, counts. There the difference
  is the number of those that are not.
- Other tolerances are a few times what was seen, so that another processor's last bits pass and a fault
  does not. f32 against f32 or f64 ends at about 1e-7 of the largest value; f64 against f64 at about 1e-16.
- Differences were measured on an x86-64 CPU; elsewhere their last digits are others.

## Known deviations

Differences that are meant, and so are not in the table; `docs/design.md` gives the reasons.

- The learning rate after a warm-up without a new count (`OPTIM.WARMUP_RECOUNT false`) is the schedule's
  closed form. Dassl continues PyTorch's recursion there, which jumps.
- With a `tokenizer.json`, text is brought into normal form C, its whitespace joined, and lowered, as transformers
  does it. Without one, it is cleaned as OpenAI's tokenizer does it, but for the first step of the package ftfy:
  text that was decoded with a wrong character set (FranÃ§ois) is not repaired. Of the 6,100 texts in
  `clip_tokens.json`, 14 come out otherwise for that: 13 that were garbled on purpose, one of 1,399 drawn ones,
  none of 1,676 class names. The table compares with ftfy less that step.
- `<|endoftext|>` in a text is the end token, as in OpenAI's tokenizer; in open_clip's it is a word.
- Resampling is that of Pillow up to 12. Pillow 13 goes along the columns first where a picture gets wider
  and lower.
- JPEG files are decoded by another library than Pillow's; both are within the standard, and a pixel may
  differ by a few of its 256 levels (in the table). All else that is done to pictures gives the same bytes, but
  for the Gaussian blur, where one byte in fifty thousand is rounded the other way.
- A picture of 16 bits a channel is scaled to 8. Pillow cuts 16-bit grey off at 255, which leaves it white.
- Which random numbers are drawn is not reproduced; what is done with them is compared.

## Table
";

const FULL: &str = "
## The published sizes

The comparisons above use narrow towers of full depth. These are RN50, RN101, ViT-B/32 and ViT-B/16 as large as
they are, with weights that both sides compute. They take minutes, so they were run once, and the output is kept:

```
cargo run --release -p mlpt-tests --bin parity_full
```
";

/// Where the report belongs.
pub fn report_path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/parity.md"))
}

/// Where the table of the published sizes is kept.
pub fn full_path() -> PathBuf {
    super::golden::path("clip_full.md")
}

/// The whole of `docs/parity.md`.
pub fn render(checks: &[Check]) -> String {
    let full = include_str!("../../golden/clip_full.md");
    format!("{HEADER}\n{} comparisons.\n\n{}{FULL}\n{full}", checks.len(), table(checks))
}

/// The table alone.
pub fn table(checks: &[Check]) -> String {
    let mut text = String::new();
    text += "| group | what | reference | numbers | tolerance | | difference |\n";
    text += "| --- | --- | --- | ---: | ---: | --- | ---: |\n";
    for (row, check) in table_rows(checks).iter().zip(checks) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{row} {} |", number(check.difference));
    }
    text
}

/// The rows of the table without the difference, which is not the same on every CPU.
pub fn table_rows(checks: &[Check]) -> Vec<String> {
    let row = |c: &Check| {
        let (what, kind) = (c.what.replace('|', "\\|"), if c.relative { "relative" } else { "absolute" });
        let tolerance = number(c.tolerance);
        format!("| {} | {what} | {} | {} | {tolerance} | {kind} |", c.group, c.reference, c.count)
    };
    checks.iter().map(row).collect()
}

fn number(x: f64) -> String {
    if x == 0.0 { "0".to_owned() } else { format!("{x:.1e}") }
}
