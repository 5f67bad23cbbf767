//! Every comparison with another implementation, and the report on them.
#![allow(clippy::unwrap_used)]

use mlpt_core::files::read_text;
use mlpt_tests::parity::{Check, all, golden, render, report_path, table_rows};
use std::sync::OnceLock;

fn checks() -> &'static [Check] {
    static CHECKS: OnceLock<Vec<Check>> = OnceLock::new();
    CHECKS.get_or_init(all)
}

#[test]
fn every_comparison_is_within_its_tolerance() {
    let failed: Vec<String> = checks()
        .iter()
        .filter(|c| !c.passes())
        .map(|c| format!("{}, {}: {:e} of {:e} ({} numbers)", c.group, c.what, c.difference, c.tolerance, c.count))
        .collect();
    assert!(failed.is_empty(), "{} comparisons failed:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn the_report_lists_exactly_the_comparisons_that_there_are() {
    let hint = "run `cargo run -p mlpt-tests --bin parity`";
    let report = read_text(&report_path()).unwrap();
    let without_difference = |line: &str| line.rsplitn(3, '|').nth(2).map(|start| format!("{start}|"));
    // Behind it stands what was run once.
    let listed: Vec<String> = report
        .split("## The published sizes")
        .next()
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| group |") && !line.starts_with("| --- |"))
        .filter_map(without_difference)
        .collect();
    assert_eq!(listed, table_rows(checks()), "docs/parity.md is not up to date: {hint}");
    // The prose above the table too.
    let prose = |text: &str| text.split("| group |").next().unwrap().to_owned();
    assert_eq!(prose(&report), prose(&render(checks())), "docs/parity.md is not up to date: {hint}");
}

#[test]
fn no_two_comparisons_go_by_one_name() {
    let mut names: Vec<_> = checks().iter().map(|c| (c.group, &c.what)).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

/// `loss.py (torch 2.15.0)`: the script is there, and the versions are those of requirements.txt.
#[test]
fn references_are_scripts_that_exist_with_versions_that_are_pinned() {
    let pins = read_text(&golden::path("requirements.txt")).unwrap();
    let readme = read_text(&golden::path("README.md")).unwrap();
    for check in checks() {
        let (script, packages) = check.reference.split_once(" (").unwrap();
        assert!(golden::path(script).is_file(), "{}: no script {script}", check.what);
        assert!(readme.contains(script), "tests/golden/README.md does not name {script}");
        let docstring = read_text(&golden::path(script)).unwrap();
        let versions = packages.trim_end_matches(')').split(", ").filter_map(|p| p.rsplit_once(' '));
        let versions = versions.filter(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()));
        let mut found = 0;
        for (package, version) in versions {
            let pin = format!("{package}=={version}");
            assert!(pins.lines().any(|line| line == pin), "{}: requirements.txt does not pin {pin}", check.what);
            assert!(docstring.contains(&format!("{package} {version}")), "{script} does not say {package} {version}");
            found += 1;
        }
        assert!(found > 0, "{}: no version in '{}'", check.what, check.reference);
    }
}
