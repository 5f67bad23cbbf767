//! What `mlpt data check` found, in words and as JSON.

use crate::output::table;
use mlpt_core::data::{Broken, Splits};
use mlpt_datasets::published::{Check, SplitSource};
use serde_json::{Value, json};
use std::path::Path;

/// Broken images that are told one by one.
const FIRST: usize = 10;

/// One data set's report.
pub(super) struct Report {
    pub(super) name: String,
    /// Rows of a key, a value, and what is said of it.
    pub(super) rows: Vec<Vec<String>>,
    /// Lines below the rows.
    pub(super) lines: Vec<String>,
    pub(super) json: Value,
    /// In a few words, what is not as it should be.
    pub(super) verdict: Option<String>,
}

impl Report {
    /// Of a published set.
    pub(super) fn published(check: &Check) -> Self {
        let set = check.set;
        let mut rows = vec![vec!["folder".to_owned(), check.folder.display().to_string()]];
        let mut lines = Vec::new();
        if let Some(source) = &check.source {
            rows.push(vec!["split".to_owned(), source_text(source, check)]);
            let [train, val, test] = check.sizes;
            let counts = [
                ("classes", check.class_names.len(), set.classes),
                ("train", train, set.sizes[0]),
                ("val", val, set.sizes[1]),
                ("test", test, set.sizes[2]),
            ];
            rows.extend(counts.map(|(what, found, expected)| {
                let remark = if found == expected { String::new() } else { format!("published: {expected}") };
                vec![what.to_owned(), found.to_string(), remark]
            }));
            let images: usize = check.sizes.iter().sum();
            let state = match check.missing {
                0 => format!("all {images} there"),
                n => format!("{n} of {images} missing"),
            };
            rows.push(vec!["images".to_owned(), state]);
        }
        for difference in check.differences.iter().filter(|d| d.what == "image") {
            lines.push(format!("missing  {}", difference.expected));
            lines.push(format!("  found  {}", difference.found));
        }
        let told = check.differences.iter().filter(|d| d.what == "image").count();
        if check.missing > told {
            lines.push(format!("and {} more", check.missing - told));
        }
        lines.extend(check.fault.clone());
        let counts = check.differences.iter().filter(|d| d.what != "image").count();
        let verdict = match (&check.fault, check.missing, counts) {
            (Some(_), ..) => Some("cannot be used".to_owned()),
            (None, 1, _) => Some("1 image is missing".to_owned()),
            (None, n @ 2.., _) => Some(format!("{n} images are missing")),
            (None, 0, 1) => Some("can be used, but one count is not the published one".to_owned()),
            (None, 0, n @ 2..) => Some(format!("can be used, but {n} counts are not the published ones")),
            (None, 0, 0) if check.source == Some(SplitSource::Drawn) => {
                Some("can be used, but its split is not the published one".to_owned())
            }
            (None, 0, 0) => None,
        };
        let differences: Vec<Value> = check
            .differences
            .iter()
            .map(|d| json!({ "what": d.what, "expected": d.expected, "found": d.found }))
            .collect();
        let json = json!({
            "name": set.name, "folder": check.folder, "split": check.source.as_ref().map(|s| source_text(s, check)),
            "classes": check.class_names.len(), "train": check.sizes[0], "val": check.sizes[1], "test": check.sizes[2],
            "missing": check.missing, "differences": differences, "fault": check.fault,
        });
        Self { name: set.name.to_owned(), rows, lines, json, verdict }
    }

    /// Of any other set: there is nothing to compare it with.
    pub(super) fn loaded(name: &str, splits: &Splits) -> Self {
        let sizes = [("train", &splits.train), ("val", &splits.val), ("test", &splits.test)];
        let mut rows = vec![vec!["classes".to_owned(), splits.class_names.len().to_string()]];
        let mut json = json!({ "name": name, "class_names": splits.class_names, "template": splits.template });
        for (what, items) in sizes {
            let mut counts = vec![0_usize; splits.class_names.len()];
            for item in items {
                if let Some(count) = counts.get_mut(item.label) {
                    *count += 1;
                }
            }
            let (least, most) = (counts.iter().min().unwrap_or(&0), counts.iter().max().unwrap_or(&0));
            let each = if least == most { format!("{least} a class") } else { format!("{least} to {most} a class") };
            rows.push(vec![what.to_owned(), items.len().to_string(), each]);
            json[what] = json!(items.len());
        }
        rows.push(vec!["template".to_owned(), splits.template.clone()]);
        Self { name: name.to_owned(), rows, lines: Vec::new(), json, verdict: None }
    }

    /// Adds what opening every image came to.
    pub(super) fn add_broken(&mut self, broken: &[Broken], images: usize) {
        let state = match broken.len() {
            0 => format!("all {images} can be read"),
            n => format!("{n} of {images} cannot be read"),
        };
        self.rows.push(vec!["decoded".to_owned(), state]);
        self.lines.extend(broken.iter().take(FIRST).map(|b| b.reason.clone()));
        if broken.len() > FIRST {
            self.lines.push(format!("and {} more; --json lists them all", broken.len() - FIRST));
        }
        let list: Vec<Value> = broken.iter().map(|b| json!({ "image": b.image, "reason": b.reason })).collect();
        self.json["broken"] = json!(list);
        if !broken.is_empty() {
            let what = format!("{} cannot be read", images_of(broken.len()));
            self.verdict = Some(self.verdict.take().map_or(what.clone(), |v| format!("{v}; {what}")));
        }
    }

    /// The report for people.
    pub(super) fn text(&self, good: &str) -> String {
        let mut out = format!("{}\n{}", self.name, table(&self.rows, 2));
        for line in &self.lines {
            out.push_str(&format!("  {}\n", line.replace('\n', "\n  ")));
        }
        out.push_str(&format!("  {}\n", self.verdict.as_deref().unwrap_or(good)));
        out
    }
}

fn images_of(count: usize) -> String {
    if count == 1 { "1 image".to_owned() } else { format!("{count} images") }
}

fn source_text(source: &SplitSource, check: &Check) -> String {
    match source {
        SplitSource::File(path) => {
            let name = path.file_name().map(Path::new).unwrap_or(path);
            name.display().to_string()
        }
        SplitSource::Own => "its own lists and folders".to_owned(),
        SplitSource::Drawn => {
            let file = check.set.split_file.unwrap_or_default();
            format!("drawn here, for {file} is not there; other papers used that one")
        }
    }
}
