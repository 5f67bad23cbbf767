//! What the learners held of the labels in the last epoch, read back from `clean.csv`.

use crate::{Error, Result};
use std::path::Path;

/// A learner that does not say whom it trusts distrusts what is at most this likely clean.
const HALF: f64 = 0.5;

/// Clean probabilities of every learner.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Doubts {
    pub(super) learners: Vec<String>,
    /// By learner, then by pool index.
    clean: Vec<Vec<f64>>,
    /// How many labels no learner trusts.
    pub(super) distrusted: usize,
}

impl Doubts {
    /// Reads the file; there is none with a trainer that does not look for wrong labels.
    ///
    /// # Errors
    /// With the line, where a field is no number, or when the file has not `count` rows.
    pub(super) fn read(path: &Path, count: usize) -> Result<Self> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let fault = |why: &dyn std::fmt::Display| Error::data(path, why.to_string());
        let mut table = csv::Reader::from_path(path).map_err(|e| fault(&e))?;
        let header = table.headers().map_err(|e| fault(&e))?.clone();
        let column = |start: &str, learner: &str| {
            header.iter().position(|name| name.strip_prefix(start).is_some_and(|rest| rest == learner))
        };
        let learners: Vec<String> = header.iter().filter_map(|h| h.strip_prefix("clean_")).map(str::to_owned).collect();
        let columns: Vec<_> = learners.iter().map(|l| (column("clean_", l), column("trusted_", l))).collect();
        let mut doubts = Self { clean: vec![Vec::new(); learners.len()], learners, distrusted: 0 };
        for (number, row) in table.records().enumerate() {
            let row = row.map_err(|e| fault(&e))?;
            let mut trusted = false;
            for (list, (clean, trust)) in doubts.clean.iter_mut().zip(&columns) {
                let text = clean.and_then(|c| row.get(c)).unwrap_or("");
                let p: f64 = text.parse().map_err(|_| {
                    fault(&format!("line {}: '{text}' is no probability; train the run again", number + 2))
                })?;
                trusted |= trust.and_then(|c| row.get(c)).map_or(p > HALF, |word| word == "true");
                list.push(p);
            }
            doubts.distrusted += usize::from(!trusted && !columns.is_empty());
        }
        match doubts.clean.iter().find(|list| list.len() != count) {
            Some(list) => {
                Err(fault(&format!("has {} rows for a pool of {count} items; train the run again", list.len())))
            }
            None => Ok(doubts),
        }
    }

    /// The learners' clean probabilities of one pool item.
    pub(super) fn of(&self, index: usize) -> Vec<f64> {
        self.clean.iter().filter_map(|list| list.get(index).copied()).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn learners_are_found_by_their_columns() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("clean.csv");
        assert_eq!(Doubts::read(&path, 3).unwrap(), Doubts::default());
        let text = "index,image,given,true,clean_a,clean_b,trusted_a,suggested_a\n\
                    0,x,c,,0.25,0.5,false,c\n1,y,c,,0.125,0.75,false,d\n2,z,c,,0,1,true,d\n";
        std::fs::write(&path, text).unwrap();
        let doubts = Doubts::read(&path, 3).unwrap();
        assert_eq!((doubts.learners.clone(), doubts.of(1)), (vec!["a".to_owned(), "b".to_owned()], vec![0.125, 0.75]));
        assert_eq!(doubts.distrusted, 1);
        assert!(Doubts::read(&path, 4).unwrap_err().to_string().contains("3 rows for a pool of 4"));
        std::fs::write(&path, text.replace("0.125", "low")).unwrap();
        assert!(Doubts::read(&path, 3).unwrap_err().to_string().contains("line 3: 'low'"));
    }
}
