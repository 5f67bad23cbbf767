//! The pages of `docs/` are one book: each has its place in it, and links lead somewhere, on a forge and in the book.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "book/markdown.rs"]
mod markdown;

use common::workspace;
use markdown::{headings, links};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Every page of `docs/` by its name, but for the table of contents.
fn pages() -> BTreeMap<String, String> {
    let files = fs::read_dir(workspace().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = files.filter(|path| path.extension().is_some_and(|e| e == "md") && !path.ends_with("SUMMARY.md"));
    pages
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn every_page_is_in_the_book_once() {
    let summary = fs::read_to_string(workspace().join("docs/SUMMARY.md")).unwrap();
    let listed: Vec<String> = links(&summary).into_iter().map(|link| link.target).collect();
    let once: BTreeSet<&String> = listed.iter().collect();
    assert_eq!(listed.len(), once.len(), "docs/SUMMARY.md lists a page twice: {listed:?}");
    let pages = pages();
    assert_eq!(once, pages.keys().collect(), "docs/SUMMARY.md and the files docs/*.md");
    assert!(pages.len() >= 15, "{pages:?}");
}

#[test]
fn the_book_has_its_settings() {
    let text = fs::read_to_string(workspace().join("docs/book.toml")).unwrap();
    let book: toml::Value = toml::from_str(&text).unwrap();
    assert_eq!(book["book"]["src"].as_str(), Some("."), "the pages lie beside book.toml");
    assert!(book["book"]["title"].as_str().is_some_and(|title| !title.is_empty()));
    // Where git ignores what is built.
    assert!(book["build"]["build-dir"].as_str().is_some_and(|dir| dir.starts_with("../target/")));
}

#[test]
fn links_lead_somewhere() {
    let (docs, pages) = (workspace().join("docs"), pages());
    let mut all: Vec<(String, &str, &str)> =
        pages.iter().map(|(n, text)| (n.clone(), n.as_str(), text.as_str())).collect();
    let readme = fs::read_to_string(workspace().join("README.md")).unwrap();
    all.push(("README.md".to_owned(), "", &readme));
    let mut count = 0;
    let mut faults = Vec::new();
    for (name, own, text) in all {
        for link in links(text) {
            count += 1;
            let at = format!("{name}:{}: {}", link.line, link.target);
            if link.target.contains("://") {
                continue;
            }
            let (path, anchor) =
                link.target.split_once('#').map_or((link.target.as_str(), None), |(p, a)| (p, Some(a)));
            // The README lies above the pages, and leads wherever it likes in the repository.
            let path = match own {
                "" => match path.strip_prefix("docs/") {
                    Some(page) => page,
                    None if workspace().join(path).exists() => continue,
                    None => {
                        faults.push(format!("{at} is not there"));
                        continue;
                    }
                },
                own if path.is_empty() => own,
                _ => path,
            };
            if path.contains('/') {
                faults.push(format!("{at} leads out of docs/, where the book does not reach; name the path in `code`"));
            } else if !docs.join(path).is_file() {
                faults.push(format!("{at} is not there"));
            } else if let Some(anchor) = anchor {
                let headings = pages.get(path).map(|text| headings(text)).unwrap_or_default();
                if !headings.iter().any(|heading| heading == anchor) {
                    faults.push(format!("{at}: no such heading; there are: {}", headings.join(", ")));
                } else if !anchor.is_ascii() {
                    faults.push(format!("{at}: forges and the book make other anchors of such a heading"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count >= 50, "only {count} links were found");
}
