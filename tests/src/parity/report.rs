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
- Text is brought into normal form C, its whitespace joined, and lowered, as transformers does it. OpenAI's
  first tokenizer also repaired mis-decoded text and HTML entities before.
- Resampling is that of Pillow up to 12. Pillow 13 goes along the columns first where a picture gets wider
  and lower.
- JPEG files are decoded by another library than Pillow's; both are within the standard, and a pixel may
  differ by a few of its 256 levels (in the table). All else that is done to pictures gives the same bytes.
- Which random numbers are drawn is not reproduced; what is done with them is compared.

## Table
";

/// Where the report belongs.
pub fn report_path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/parity.md"))
}

/// The whole of `docs/parity.md`.
pub fn render(checks: &[Check]) -> String {
    let mut text = format!("{HEADER}\n{} comparisons.\n\n", checks.len());
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
