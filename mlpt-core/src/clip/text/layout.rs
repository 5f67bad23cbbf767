//! Where the tokens of a batch lie: packed rows for the linear layers, padded rows for attention.

use super::batch::TextBatch;
use crate::{Error, Result};
use candle_core::{Device, Tensor};

/// The packed layout: first `G * P` rows of prefixes, then `N` rows of suffixes, row by row.
pub(super) struct Layout {
    pub(super) groups: usize,
    pub(super) prefix: usize,
    /// Number of texts `R`.
    pub(super) rows: usize,
    /// Longest suffix `L`.
    pub(super) longest: usize,
    /// Suffix tokens of all rows `N`.
    pub(super) tokens: usize,
    /// `[N]` into the batch's packed suffixes; `None` where the two are the same.
    pub(super) source: Option<Tensor>,
    /// `[N]`: position in the text.
    pub(super) positions: Tensor,
    /// `[R]` into `N`: the last token of each row.
    pub(super) ends: Tensor,
    /// The same into `G * P + N`.
    pub(super) packed_ends: Tensor,
    /// Padding; `None` where all suffixes are equally long.
    pub(super) padding: Option<Padding>,
    /// Which group's keys each of `R` rows sees; `None` where row `r` belongs to group
    /// `r / (R / G)`, so that groups can be folded into the products.
    pub(super) scattered: Option<Tensor>,
}

/// Between `N` packed rows and `R * L` padded ones.
pub(super) struct Padding {
    /// `[R * L]` into `N + 1` rows, the last of which is zero.
    pad: Tensor,
    /// `[N]` into `R * L`.
    unpad: Tensor,
}

impl Padding {
    /// `[N, K]` to `[R * L, K]`, zeros in the padding.
    pub(super) fn pad(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let zero = Tensor::zeros((1, x.dim(1)?), x.dtype(), x.device())?;
        Tensor::cat(&[x, &zero], 0)?.index_select(&self.pad, 0)
    }

    /// `[R * L, K]` to `[N, K]`.
    pub(super) fn unpad(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        x.index_select(&self.unpad, 0)
    }
}

impl Layout {
    pub(super) fn new(batch: &TextBatch, context: usize) -> Result<Self> {
        check(batch, context)?;
        let (groups, prefix, _) = batch.prefixes.dims3()?;
        let lens = &batch.suffix_lens;
        let rows = batch.rows.len();
        let starts: Vec<usize> = lens.iter().scan(0, |at, l| Some(std::mem::replace(at, *at + l))).collect();
        let row_lens: Vec<usize> = batch.rows.iter().map(|&(_, s)| lens[s]).collect();
        let longest = row_lens.iter().copied().max().unwrap_or(0);
        let tokens: usize = row_lens.iter().sum();
        let device = batch.prefixes.device();
        let identity = rows == lens.len() && batch.rows.iter().enumerate().all(|(r, row)| row.1 == r);
        let source = batch.rows.iter().flat_map(|&(_, s)| starts[s]..starts[s] + lens[s]);
        let source = if identity { None } else { Some(index(source, device)?) };
        let ends = row_lens.iter().scan(0, |at, l| {
            *at += l;
            Some(*at - 1)
        });
        let ends: Vec<usize> = ends.collect();
        Ok(Self {
            groups,
            prefix,
            rows,
            longest,
            tokens,
            source,
            positions: index(row_lens.iter().flat_map(|&l| prefix..prefix + l), device)?,
            packed_ends: index(ends.iter().map(|end| groups * prefix + end), device)?,
            ends: index(ends.into_iter(), device)?,
            padding: padding(&row_lens, longest, device)?,
            scattered: scattered(&batch.rows, groups, device)?,
        })
    }
}

/// Whether the parts of `batch` fit together and its texts into `context` tokens.
///
/// # Errors
/// When they do not.
pub(super) fn check(batch: &TextBatch, context: usize) -> Result<()> {
    let (groups, prefix, width) = batch.prefixes.dims3()?;
    let (packed, suffix_width) = batch.suffixes.dims2()?;
    let lens = &batch.suffix_lens;
    let rows = batch.rows.len();
    let fault = |what: String| Err(Error::invalid(format!("text batch: {what}")));
    if rows == 0 || groups == 0 || prefix == 0 {
        return fault(format!("{rows} rows, {groups} groups, prefix of {prefix}; none of them may be 0"));
    }
    if width != suffix_width || lens.iter().sum::<usize>() != packed || lens.contains(&0) {
        return fault(format!("suffixes {packed} x {suffix_width} do not fit their lengths or width {width}"));
    }
    if let Some(bad) = batch.rows.iter().find(|(g, s)| *g >= groups || *s >= lens.len()) {
        return fault(format!("row {bad:?} of {groups} groups and {} suffixes", lens.len()));
    }
    let longest = batch.rows.iter().map(|&(_, s)| lens[s]).max().unwrap_or(0);
    if prefix + longest > context {
        return fault(format!("a text of {} tokens; the model takes {context}", prefix + longest));
    }
    batch.deep.iter().flatten().try_for_each(|deep| check_deep(deep, groups, prefix))
}

/// Whether `deep [G, M, D]` fits `groups` prefixes of `length` tokens.
///
/// # Errors
/// When it does not.
pub(super) fn check_deep(deep: &Tensor, groups: usize, length: usize) -> Result<()> {
    match deep.dims3()? {
        (given, count, _) if given == groups && count < length => Ok(()),
        (given, count, _) => {
            let what = format!("deep prompts {given} x {count} do not fit {groups} prefixes of {length} tokens");
            Err(Error::invalid(what))
        }
    }
}

/// Whether row `r` belongs to group `r / (R / G)`, so that groups can be folded into the products.
pub(super) fn folds(rows: &[(usize, usize)], groups: usize) -> bool {
    let each = rows.len() / groups.max(1);
    rows.len() == each * groups && rows.iter().enumerate().all(|(r, row)| row.0 == r / each.max(1))
}

fn padding(lens: &[usize], longest: usize, device: &Device) -> Result<Option<Padding>> {
    if lens.iter().all(|&l| l == longest) {
        return Ok(None);
    }
    let tokens: usize = lens.iter().sum();
    let (mut pad, mut unpad) = (Vec::with_capacity(lens.len() * longest), Vec::with_capacity(tokens));
    for (row, &len) in lens.iter().enumerate() {
        let at = unpad.len();
        pad.extend((0..longest).map(|i| if i < len { at + i } else { tokens }));
        unpad.extend((0..len).map(|i| row * longest + i));
    }
    Ok(Some(Padding { pad: index(pad.into_iter(), device)?, unpad: index(unpad.into_iter(), device)? }))
}

fn scattered(rows: &[(usize, usize)], groups: usize, device: &Device) -> Result<Option<Tensor>> {
    if folds(rows, groups) { Ok(None) } else { Ok(Some(index(rows.iter().map(|row| row.0), device)?)) }
}

fn index(of: impl Iterator<Item = usize>, device: &Device) -> Result<Tensor> {
    let numbers: Vec<u32> = of.map(|i| i as u32).collect();
    let count = numbers.len();
    Ok(Tensor::from_vec(numbers, count, device)?)
}
