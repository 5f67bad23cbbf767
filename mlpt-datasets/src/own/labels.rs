//! From raw labels to numbers `0..C`: names are sorted, numbers are what they say.

use std::collections::{BTreeMap, BTreeSet};

/// Labels and what they were called.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Labelled {
    /// One for each row.
    pub(super) labels: Vec<usize>,
    /// The raw names by label.
    pub(super) classes: Vec<String>,
    /// Whether the raw names are bare numbers, which mean nothing in a prompt.
    pub(super) numbers: bool,
}

/// Texts are class names in sorted order, or numbers if all of them are.
///
/// # Errors
/// The row at fault (none where it is about all) and what is wrong: a negative or broken number among
/// numbers, or a gap in them.
pub(super) fn texts(raw: &[&str]) -> Result<Labelled, (Option<usize>, String)> {
    if !raw.is_empty() && raw.iter().all(|text| text.parse::<f64>().is_ok_and(f64::is_finite)) {
        let number = |(row, text): (usize, &&str)| {
            text.parse::<u64>().map_err(|_| {
                (Some(row), format!("the label is {text}; labels that are numbers must be whole ones from 0 up"))
            })
        };
        let all: Vec<u64> = raw.iter().enumerate().map(number).collect::<Result<_, _>>()?;
        return numbers(&all).map_err(|message| (None, message));
    }
    let ranks: BTreeMap<&str, usize> =
        raw.iter().copied().collect::<BTreeSet<_>>().into_iter().enumerate().map(|(rank, name)| (name, rank)).collect();
    Ok(Labelled {
        labels: raw.iter().filter_map(|name| ranks.get(name).copied()).collect(),
        classes: ranks.keys().map(|name| (*name).to_owned()).collect(),
        numbers: false,
    })
}

/// Numbers are labels as they are; every one up to the largest must occur.
///
/// # Errors
/// When one does not.
pub(super) fn numbers(raw: &[u64]) -> Result<Labelled, String> {
    let known: BTreeSet<u64> = raw.iter().copied().collect();
    if let (Some((_, gap)), Some(most)) = (known.iter().zip(0..).find(|(label, rank)| **label != *rank), known.last()) {
        return Err(format!("no image has the label {gap}, but there are labels up to {most}; they count from 0"));
    }
    Ok(Labelled {
        // Without a gap they are below the number of rows.
        labels: raw.iter().map(|label| usize::try_from(*label).unwrap_or(usize::MAX)).collect(),
        classes: known.iter().map(u64::to_string).collect(),
        numbers: true,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_numbers_numeric() {
        let named = texts(&["owl", "cat", "owl", "2"]).unwrap();
        assert_eq!((named.labels, named.numbers), (vec![2, 1, 2, 0], false));
        assert_eq!(named.classes, ["2", "cat", "owl"]);
        let counted: Vec<String> = (0..12).rev().map(|i| i.to_string()).collect();
        let counted = texts(&counted.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
        assert_eq!((counted.labels[0], counted.classes[10].as_str(), counted.numbers), (11, "10", true));
        assert_eq!(texts(&["00", "1", "01"]).unwrap().labels, [0, 1, 1]);
    }

    #[test]
    fn gaps_and_broken_numbers_are_told() {
        assert_eq!(texts(&["0", "2"]).unwrap_err().0, None);
        assert!(texts(&["1", "2"]).unwrap_err().1.contains("no image has the label 0, but there are labels up to 2"));
        assert!(texts(&["0", "18446744073709551615"]).unwrap_err().1.contains("label 1, but"));
        for bad in ["-1", "1.0", "1e3"] {
            let (row, message) = texts(&["0", bad]).unwrap_err();
            assert!(row == Some(1) && message.contains(bad) && message.contains("whole ones"), "{message}");
        }
        // Words that the language reads as numbers are names.
        assert_eq!(texts(&["nan", "inf"]).unwrap().classes, ["inf", "nan"]);
    }
}
