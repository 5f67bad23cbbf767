//! The list of what was made wrong, as a value and as `noise.csv`.

use super::{ManifestRow, Noisy};
use crate::files::sha256_hex;
use crate::{Error, Result};
use std::fmt::Write;

/// Which labels are wrong. The engine keeps it; trainers never see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// One row an item, in order.
    pub rows: Vec<ManifestRow>,
}

impl Manifest {
    /// The manifest of items after the noise, in their order.
    pub fn new(items: &[Noisy]) -> Self {
        let row = |(index, noisy): (usize, &Noisy)| ManifestRow {
            index,
            true_label: noisy.true_label,
            given_label: noisy.item.label,
            image: noisy.item.image.key().to_owned(),
        };
        Self { rows: items.iter().enumerate().map(row).collect() }
    }

    /// Whether the label of the item at `index` is wrong; `None` where the truth is not known or
    /// there is no such item.
    pub fn is_wrong(&self, index: usize) -> Option<bool> {
        let row = self.rows.get(index)?;
        row.true_label.map(|label| label != row.given_label)
    }

    /// How many labels are known to be wrong.
    pub fn wrong_count(&self) -> usize {
        (0..self.rows.len()).filter(|&i| self.is_wrong(i) == Some(true)).count()
    }

    /// Known wrong labels by given label: `num_classes` counts (more where a label is larger).
    pub fn wrong_per_class(&self, num_classes: usize) -> Vec<usize> {
        let mut counts = vec![0; num_classes];
        for (index, row) in self.rows.iter().enumerate() {
            if counts.len() <= row.given_label {
                counts.resize(row.given_label + 1, 0);
            }
            counts[row.given_label] += usize::from(self.is_wrong(index) == Some(true));
        }
        counts
    }

    /// The CSV text: a header, then `index,true_label,given_label,image` a line.
    pub fn to_csv(&self) -> String {
        let mut text = "index,true_label,given_label,image\n".to_owned();
        for row in &self.rows {
            let truth = row.true_label.map(|l| l.to_string()).unwrap_or_default();
            let quote = row.image.contains([',', '"', '\n', '\r']);
            let image = if quote { format!("\"{}\"", row.image.replace('"', "\"\"")) } else { row.image.clone() };
            // Writing to a string does not fail.
            let _ = writeln!(text, "{},{truth},{},{image}", row.index, row.given_label);
        }
        text
    }

    /// Reads what [`Manifest::to_csv`] writes.
    ///
    /// # Errors
    /// With the line, where a field is missing or no number, or the indices do not count up from 0.
    pub fn from_csv(text: &str) -> Result<Self> {
        let mut rows = Vec::new();
        for row in csv::Reader::from_reader(text.as_bytes()).into_deserialize::<ManifestRow>() {
            let row = row.map_err(|e| Error::invalid(format!("noise manifest: {e}")))?;
            if row.index != rows.len() {
                return Err(Error::invalid(format!(
                    "noise manifest, line {}: index {} where {} was expected",
                    rows.len() + 2,
                    row.index,
                    rows.len()
                )));
            }
            rows.push(row);
        }
        Ok(Self { rows })
    }

    /// SHA-256 of the CSV text: two runs with the same one had the same wrong labels.
    pub fn digest(&self) -> String {
        sha256_hex(self.to_csv().as_bytes())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let row = |index, true_label, given_label, image: &str| ManifestRow {
            index,
            true_label,
            given_label,
            image: image.to_owned(),
        };
        let rows = vec![row(0, Some(1), 1, "a/b.jpg"), row(1, Some(2), 0, "c, \"d\".jpg"), row(2, None, 1, "e")];
        Manifest { rows }
    }

    #[test]
    fn counts_know_what_is_unknown() {
        let m = manifest();
        assert_eq!((0..4).map(|i| m.is_wrong(i)).collect::<Vec<_>>(), [Some(false), Some(true), None, None]);
        assert_eq!(m.wrong_count(), 1);
        assert_eq!(m.wrong_per_class(3), [1, 0, 0]);
    }

    #[test]
    fn csv_there_and_back() {
        let m = manifest();
        let text = m.to_csv();
        assert!(text.starts_with("index,true_label,given_label,image\n0,1,1,a/b.jpg\n"), "{text}");
        assert!(text.contains("\n2,,1,e\n"), "{text}");
        let back = Manifest::from_csv(&text).unwrap();
        assert_eq!(back, m);
        assert_eq!(back.digest(), m.digest());
        assert_ne!(Manifest::default().digest(), m.digest());
        assert!(Manifest::from_csv("index,true_label,given_label,image\n1,0,0,a\n").is_err());
        assert!(Manifest::from_csv("index,true_label,given_label,image\n0,0,x,a\n").is_err());
    }
}
