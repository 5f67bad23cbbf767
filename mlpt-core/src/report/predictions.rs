//! `predictions.csv`: what the final test said of each image.

use super::table::Table;
use crate::metric::Evaluation;
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// What the model said of one image.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Its key.
    pub image: String,
    /// Its class.
    pub label: String,
    /// The class that the model prefers.
    pub predicted: String,
    /// Probability of its class.
    pub p_label: f64,
    /// Probability of the preferred class.
    pub p_predicted: f64,
}

impl Prediction {
    /// Whether the model is right.
    pub fn is_right(&self) -> bool {
        self.label == self.predicted
    }
}

/// The final test, image by image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Predictions {
    /// In the order of the split.
    pub rows: Vec<Prediction>,
}

/// Which classes are taken for which.
#[derive(Clone, Debug, PartialEq)]
pub struct Confusion {
    /// Class names by label.
    pub names: Vec<String>,
    /// `counts[true][predicted]`.
    pub counts: Vec<Vec<usize>>,
}

/// What the test came to for one class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassRow {
    /// The class.
    pub name: String,
    /// Its images.
    pub images: usize,
    /// Those that were recognised.
    pub right: usize,
    /// Share of its images that were recognised; `None` where it has none.
    pub recall: Option<f64>,
    /// Share of images of it among those taken for it; `None` where none was.
    pub precision: Option<f64>,
    /// Harmonic mean of both; `None` where the class has no image and none was taken for it.
    pub f1: Option<f64>,
    /// The class that its images are most often taken for, of the wrong ones, and how often.
    pub confused: Option<(String, usize)>,
}

impl Predictions {
    /// Reads the file.
    ///
    /// # Errors
    /// With the line, where it is not as the engine writes it.
    pub fn read(path: &Path) -> Result<Self> {
        let names = ["image", "label", "predicted", "p_label", "p_predicted"];
        let table = Table::read(path, &names)?;
        let at = names.map(|name| table.column(name));
        let mut rows = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            let text = |column: Option<usize>| Table::text(row, column).unwrap_or_default();
            let (p_label, p_predicted) = (table.needed(row, at[3])?, table.needed(row, at[4])?);
            rows.push(Prediction {
                image: text(at[0]),
                label: text(at[1]),
                predicted: text(at[2]),
                p_label,
                p_predicted,
            });
        }
        if rows.is_empty() {
            return Err(Error::data(path, "holds no prediction"));
        }
        Ok(Self { rows })
    }

    /// The errors, the most confident first.
    pub fn errors(&self) -> Vec<&Prediction> {
        let mut wrong: Vec<&Prediction> = self.rows.iter().filter(|p| !p.is_right()).collect();
        wrong.sort_by(|a, b| b.p_predicted.total_cmp(&a.p_predicted));
        wrong
    }

    /// The confusion matrix. `names` are the classes by label; where they are empty, or one is missing in them,
    /// those that occur come behind, in alphabetical order.
    ///
    /// # Errors
    /// When there is no prediction.
    pub fn confusion(&self, names: &[String]) -> Result<Confusion> {
        let mut names = names.to_vec();
        let mut place: BTreeMap<String, usize> = BTreeMap::new();
        for (label, name) in names.iter().enumerate() {
            place.entry(name.clone()).or_insert(label);
        }
        let mut others: Vec<&String> = self.rows.iter().flat_map(|p| [&p.label, &p.predicted]).collect();
        others.sort();
        others.dedup();
        for name in others {
            place.entry(name.clone()).or_insert_with(|| {
                names.push(name.clone());
                names.len() - 1
            });
        }
        let label = |name: &String| place.get(name).copied().unwrap_or_default();
        let labels: Vec<usize> = self.rows.iter().map(|p| label(&p.label)).collect();
        let predicted: Vec<usize> = self.rows.iter().map(|p| label(&p.predicted)).collect();
        let counts = Evaluation::new(&predicted, &labels, names.len())?.confusion;
        Ok(Confusion { names, counts })
    }
}

impl Confusion {
    /// Every class, by label.
    pub fn classes(&self) -> Vec<ClassRow> {
        let share = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
        let rows = self.names.iter().zip(&self.counts).enumerate();
        rows.map(|(label, (name, row))| {
            let images: usize = row.iter().sum();
            let taken: usize = self.counts.iter().filter_map(|row| row.get(label)).sum();
            let right = row.get(label).copied().unwrap_or_default();
            let others = row.iter().enumerate().filter(|(other, count)| *other != label && **count > 0);
            // Of equally frequent ones the first.
            let confused = others.max_by_key(|(other, count)| (**count, std::cmp::Reverse(*other)));
            ClassRow {
                name: name.clone(),
                images,
                right,
                recall: share(right, images),
                precision: share(right, taken),
                f1: share(2 * right, images + taken),
                confused: confused.and_then(|(other, count)| Some((self.names.get(other)?.clone(), *count))),
            }
        })
        .collect()
    }

    /// The most frequent confusions: true class, predicted class, how often. Of equally frequent ones the
    /// first by label.
    pub fn pairs(&self, most: usize) -> Vec<(&str, &str, usize)> {
        let mut all: Vec<(usize, usize, usize)> = Vec::new();
        for (label, row) in self.counts.iter().enumerate() {
            let wrong = row.iter().enumerate().filter(|(other, count)| *other != label && **count > 0);
            all.extend(wrong.map(|(other, count)| (label, other, *count)));
        }
        all.sort_by_key(|&(label, other, count)| (std::cmp::Reverse(count), label, other));
        let name = |label: usize| self.names.get(label).map_or("", String::as_str);
        all.into_iter().take(most).map(|(label, other, count)| (name(label), name(other), count)).collect()
    }
}
