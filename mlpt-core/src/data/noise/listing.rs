//! CSV files that users give to noise models.

use crate::files::{read_text, sha256_hex};
use crate::registry::nearest;
use crate::{Error, Result};
use std::path::{Path, PathBuf};

/// A CSV file that has been read, with a header in its first line.
pub(super) struct Listing {
    path: PathBuf,
    text: String,
}

/// # Errors
/// When the setting `key` names no file. Whether the file is there is for the run to find out: an
/// evaluation does without.
pub(super) fn named(key: &str, path: &str) -> Result<()> {
    match path.is_empty() {
        true => Err(Error::Config(vec![format!("{key} is not set: it must name a CSV file")])),
        false => Ok(()),
    }
}

/// One line of it: the line's number and the asked-for fields.
pub(super) type Line<const N: usize> = (u64, [String; N]);

impl Listing {
    /// Reads the file that the setting `key` names.
    ///
    /// # Errors
    /// When none is named, or it cannot be read.
    pub(super) fn read(key: &str, path: &str) -> Result<Self> {
        named(key, path)?;
        let path = PathBuf::from(path);
        let text = read_text(&path)?;
        Ok(Self { path, text })
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// SHA-256 of the text.
    pub(super) fn digest(&self) -> String {
        sha256_hex(self.text.as_bytes())
    }

    /// The lines' fields in the columns that are asked for; of each column's names the first that is
    /// there counts.
    ///
    /// # Errors
    /// When a column is missing, or a line has more or fewer fields than the header.
    pub(super) fn lines<const N: usize>(&self, columns: [&[&str]; N]) -> Result<Vec<Line<N>>> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(self.text.as_bytes());
        let fault = |e: csv::Error| self.fault(e.position().map_or(1, csv::Position::line), &format!("no CSV: {e}"));
        let header = reader.headers().map_err(fault)?.clone();
        let mut places = [0; N];
        for (place, names) in places.iter_mut().zip(columns) {
            let found = names.iter().find_map(|name| header.iter().position(|h| h == *name));
            *place = found.ok_or_else(|| {
                let there = header.iter().collect::<Vec<_>>().join(",");
                self.fault(1, &format!("there is no column `{}`; the columns are: {there}", names.join("` or `")))
            })?;
        }
        let mut lines = Vec::new();
        for record in reader.records() {
            let record = record.map_err(fault)?;
            let line = record.position().map_or(0, |at| self.line_at(at));
            lines.push((line, places.map(|place| record.get(place).unwrap_or_default().to_owned())));
        }
        if lines.is_empty() {
            return Err(Error::data(&self.path, "has no line below its header"));
        }
        Ok(lines)
    }

    /// The line of the record that is read from `at` on: empty lines before it are skipped.
    fn line_at(&self, at: &csv::Position) -> u64 {
        let rest = self.text.as_bytes().iter().skip(at.byte() as usize);
        let skipped = rest.take_while(|b| matches!(b, b'\n' | b'\r')).filter(|b| **b == b'\n').count();
        at.line() + skipped as u64
    }

    /// The label that `word` means: a class name, with spaces or underscores, or else a number.
    ///
    /// # Errors
    /// When no class or more than one is meant, with the line.
    pub(super) fn label(&self, line: u64, word: &str, class_names: &[String]) -> Result<usize> {
        let plain = |name: &str| name.trim().replace('_', " ");
        let word = word.trim();
        let mut named = (0..class_names.len()).filter(|&label| plain(&class_names[label]) == plain(word));
        match (named.next(), named.next(), word.parse::<usize>()) {
            (Some(label), None, _) => Ok(label),
            (Some(a), Some(b), _) => {
                Err(self.fault(line, &format!("'{word}' is the name of labels {a} and {b}; give the number")))
            }
            (None, _, Ok(label)) if label < class_names.len() => Ok(label),
            (None, _, Ok(label)) => {
                Err(self
                    .fault(line, &format!("label {label} is not below {}, the number of classes", class_names.len())))
            }
            (None, _, Err(_)) => {
                let near = nearest(word, class_names.iter().map(String::as_str));
                let hint =
                    if near.is_empty() { String::new() } else { format!("; did you mean: {}?", near.join(", ")) };
                Err(self.fault(line, &format!("there is no class '{word}'{hint}")))
            }
        }
    }

    /// An error at a line.
    pub(super) fn fault(&self, line: u64, message: &str) -> Error {
        Error::data(&self.path, format!("line {line}: {message}"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn listing(text: &str) -> Listing {
        Listing { path: PathBuf::from("list.csv"), text: text.to_owned() }
    }

    #[test]
    fn columns_are_found_by_name() {
        let list = listing("n, given_label ,image\n1,7,\"a,b\"\n\n2,8,c\n");
        let lines = list.lines([&["image"], &["label", "given_label"]]).unwrap();
        let wanted = [(2, ["a,b", "7"]), (4, ["c", "8"])];
        assert_eq!(lines, wanted.map(|(line, fields)| (line, fields.map(String::from))));
        let told = |text: &str| listing(text).lines([&["image"], &["label", "given_label"]]).unwrap_err().to_string();
        assert_eq!(
            told("image,class\na,1\n"),
            "list.csv: line 1: there is no column `label` or `given_label`; the columns are: image,class"
        );
        assert!(
            told("image,label\na,1\nb\n").starts_with("list.csv: line 3: no CSV"),
            "{}",
            told("image,label\na,1\nb\n")
        );
        assert!(told("image,label\n").contains("no line below its header"));
        assert!(told("").contains("line 1: there is no column `image`"));
    }

    #[test]
    fn classes_have_names_and_numbers() {
        let names = ["water lilly", "7", "cat", "sea_horse", "cat"].map(String::from);
        let list = listing("");
        let label = |word| list.label(5, word, &names);
        assert_eq!(label("water_lilly").unwrap(), 0);
        assert_eq!(label(" water lilly ").unwrap(), 0);
        assert_eq!(label("sea horse").unwrap(), 3);
        assert_eq!(label("7").unwrap(), 1, "a name comes before a number");
        assert_eq!(label("4").unwrap(), 4);
        let told = |word| label(word).unwrap_err().to_string();
        assert!(told("9").contains("line 5: label 9 is not below 5"));
        assert!(told("cat").contains("labels 2 and 4; give the number"));
        assert!(told("water lily").contains("there is no class 'water lily'; did you mean: water lilly"));
        assert!(told("-1").contains("there is no class '-1'"));
        let told = Listing::read("NOISE.X", "").err().unwrap().to_string();
        assert_eq!(told, "NOISE.X is not set: it must name a CSV file");
    }
}
