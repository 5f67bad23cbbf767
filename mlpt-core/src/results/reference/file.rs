//! A CSV file of published results.

use super::ReferenceRow;
use crate::files::read_text;
use crate::{Error, Result};
use csv::StringRecord;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The columns that must be there.
const NEEDED: [&str; 6] = ["dataset", "trainer", "gce", "shots", "noise_fp", "acc_mean"];
/// The columns that may be there; the last is not looked at.
const OTHERS: [&str; 7] = ["cfg", "csc", "factor", "seeds", "acc_std", "macro_f1_mean", "elapsed_s_mean"];
/// How many faults are told.
const SHOWN: usize = 5;

/// A table of published results.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Its file.
    pub path: PathBuf,
    /// Its lines, in order; at least one.
    pub rows: Vec<ReferenceRow>,
}

impl Reference {
    /// Reads a CSV file with a header; the order of the columns does not matter.
    ///
    /// # Errors
    /// With the file, and the line of every fault: a column that is missing, unknown or there twice, a line
    /// with more or fewer fields, a field that is no number where one has to be, two lines of the same runs.
    pub fn read(path: &Path) -> Result<Self> {
        let text = read_text(path)?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let broken = |e: &csv::Error| Error::data(path, format!("is no CSV file: {e}"));
        let header = reader.headers().map_err(|e| broken(&e))?.clone();
        check(&header).map_err(|fault| Error::data(path, fault))?;
        let (mut rows, mut faults) = (Vec::<ReferenceRow>::new(), Vec::new());
        for record in reader.records() {
            let record = record.map_err(|e| broken(&e))?;
            match (Line { header: &header, record: &record }).row() {
                Ok(row) => match rows.iter().find(|other| other.same_key(&row)) {
                    Some(other) => {
                        faults.push(format!("line {}: is of the same runs as line {}", row.line, other.line))
                    }
                    None => rows.push(row),
                },
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            let more = faults.len().saturating_sub(SHOWN);
            faults.truncate(SHOWN);
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            return Err(Error::data(path, format!("{}{more}", faults.join("; "))));
        }
        if rows.is_empty() {
            return Err(Error::data(path, "has no line below its header"));
        }
        Ok(Self { path: path.to_owned(), rows })
    }
}

fn check(header: &StringRecord) -> Result<(), String> {
    let known = || NEEDED.iter().chain(&OTHERS).copied();
    let count = |name: &str| header.iter().filter(|column| *column == name).count();
    let mut faults = Vec::new();
    let missing: Vec<&str> = NEEDED.into_iter().filter(|name| count(name) == 0).collect();
    if !missing.is_empty() {
        faults.push(format!("has no column {}", missing.join(", ")));
    }
    let unknown: Vec<&str> = header.iter().filter(|column| known().all(|name| name != *column)).collect();
    if !unknown.is_empty() {
        faults.push(format!("has columns that are not known: {}", unknown.join(", ")));
    }
    let twice: Vec<&str> = known().filter(|name| count(name) > 1).collect();
    if !twice.is_empty() {
        faults.push(format!("has more than one column {}", twice.join(", ")));
    }
    if faults.is_empty() {
        return Ok(());
    }
    let (needed, others) = (NEEDED.join(", "), OTHERS.join(", "));
    Err(format!("line 1: {}; it needs {needed}, and can have {others}", faults.join("; ")))
}

/// A line with the names of its fields.
struct Line<'r> {
    header: &'r StringRecord,
    record: &'r StringRecord,
}

impl Line<'_> {
    fn row(&self) -> Result<ReferenceRow, String> {
        let line = self.record.position().map_or(0, csv::Position::line);
        let faulty = |fault: String| format!("line {line}: {fault}");
        if self.record.len() != self.header.len() {
            return Err(faulty(format!("has {} fields, and the header {}", self.record.len(), self.header.len())));
        }
        self.fields(line).map_err(faulty)
    }

    fn fields(&self, line: u64) -> Result<ReferenceRow, String> {
        Ok(ReferenceRow {
            line,
            dataset: self.needed("dataset")?.to_owned(),
            trainer: self.needed("trainer")?.to_owned(),
            cfg: self.given("cfg").map(str::to_owned),
            csc: self.given("csc").map(|text| truth("csc", text)).transpose()?,
            factor: self.text("factor").map(str::to_owned),
            gce: truth("gce", self.needed("gce")?)?,
            shots: match number::<i64>("shots", self.needed("shots")?)? {
                0 => return Err("shots is 0: it is the number of images of a class, or -1 for all".to_owned()),
                shots => shots.max(-1),
            },
            num_fp: number("noise_fp", self.needed("noise_fp")?)?,
            seeds: match self.given("seeds") {
                None => Vec::new(),
                Some(text) => text.split('|').map(|seed| number("seeds", seed)).collect::<Result<_, _>>()?,
            },
            accuracy: percent("acc_mean", self.needed("acc_mean")?)?,
            deviation: self.given("acc_std").map(|text| percent("acc_std", text)).transpose()?,
            macro_f1: self.given("macro_f1_mean").map(|text| percent("macro_f1_mean", text)).transpose()?,
        })
    }

    /// The field of a column, where there is such a column.
    fn text(&self, column: &str) -> Option<&str> {
        self.record.get(self.header.iter().position(|name| name == column)?)
    }

    /// The same, where something stands in it.
    fn given(&self, column: &str) -> Option<&str> {
        self.text(column).filter(|text| !text.is_empty())
    }

    fn needed(&self, column: &str) -> Result<&str, String> {
        self.given(column).ok_or_else(|| format!("{column} is empty"))
    }
}

fn truth(column: &str, text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("{column} is '{text}', which is neither True nor False")),
    }
}

fn number<T: FromStr>(column: &str, text: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| format!("{column} is '{text}', which is not a valid whole number"))
}

fn percent(column: &str, text: &str) -> Result<f64, String> {
    let value = text.parse::<f64>().ok().filter(|value| (0.0..=100.0).contains(value));
    value.ok_or_else(|| format!("{column} is '{text}', which is no number from 0 to 100"))
}
