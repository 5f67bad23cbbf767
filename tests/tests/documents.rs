//! Every command that README.md and `docs/` show is run, shortened. One that this test does not know
//! how to run fails it, so that documents cannot drift from the program.
//!
//! Found are the lines of fenced `sh` blocks, and code in backticks that begins with `mlpt ` or
//! `cargo run`. A line, or a block below a line, that holds `<!-- not run: REASON -->` is left out.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;
#[path = "documents/find.rs"]
mod find;
#[allow(dead_code)]
#[path = "published/miniature.rs"]
mod miniature;
#[path = "documents/shorten.rs"]
mod shorten;

use common::{Ran, command, workspace};
use find::{Found, found};
use shorten::{Fixtures, shortened};
use std::path::PathBuf;

/// Programs whose lines are looked at only: their script must be there.
const SCRIPTS: [&str; 5] = ["sh", "bash", "python", "python3", "uv"];
/// What cargo does that needs no test of its own here.
const CARGO: [&str; 8] = ["test", "nextest", "build", "install", "doc", "fmt", "clippy", "bench"];

fn documents() -> Vec<PathBuf> {
    let mut all = vec![workspace().join("README.md")];
    let docs = std::fs::read_dir(workspace().join("docs")).unwrap().map(|e| e.unwrap().path());
    all.extend(docs.filter(|p| p.extension().is_some_and(|e| e == "md")));
    all.sort();
    all
}

#[test]
fn every_command_in_the_documents_runs() {
    let fixtures = Fixtures::new();
    let mut count = 0;
    let mut faults = Vec::new();
    for document in documents() {
        let name = document.file_name().unwrap().to_string_lossy().into_owned();
        // What one line of a document writes, a later one may use.
        let place = tempfile::tempdir().unwrap();
        for found in found(&std::fs::read_to_string(&document).unwrap()) {
            count += 1;
            let at = format!("{name}:{}: {}", found.line, found.text);
            if let Err(fault) = check(&found, &fixtures, place.path()) {
                faults.push(format!("{at}\n  {fault}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count >= 10, "only {count} commands were found");
}

fn check(found: &Found, fixtures: &Fixtures, dir: &std::path::Path) -> Result<(), String> {
    let words = found.words();
    // What stands before the program is for its environment: only scripts are written so.
    let assigns =
        |word: &&String| word.split_once('=').is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_uppercase()));
    let environment = words.iter().take_while(assigns).count();
    let words: Vec<&str> = words.iter().skip(environment).map(String::as_str).collect();
    if environment > 0 && !words.first().is_some_and(|program| program.contains('/')) {
        return Err("sets variables for what is no script".to_owned());
    }
    let args = match words.as_slice() {
        ["mlpt", args @ ..] => args,
        ["cargo", "run", rest @ ..] => match rest.iter().position(|w| *w == "--") {
            Some(at) => &rest[at + 1..],
            None => return Err("`cargo run` without `--`: what does it run?".to_owned()),
        },
        ["cargo", what, ..] if CARGO.contains(what) => return Ok(()),
        [program, rest @ ..] if SCRIPTS.contains(program) || program.contains('/') => {
            let script = if program.contains('/') { Some(program) } else { rest.iter().find(|w| w.contains('.')) };
            let there = script.is_some_and(|s| workspace().join(s.trim_start_matches("./")).is_file());
            return if there { Ok(()) } else { Err(format!("no such script: {script:?}")) };
        }
        _ => return Err("this test does not know the program; mark the line `<!-- not run: REASON -->`".to_owned()),
    };
    let args = shortened(args, found.shown, fixtures, dir)?;
    let Some(args) = args else { return Ok(()) };
    let begun = std::time::Instant::now();
    let ran = Ran::of(command(dir).args(&args));
    println!("{:5.1} s  mlpt {}", begun.elapsed().as_secs_f64(), args.join(" "));
    match ran.code {
        Some(0) => Ok(()),
        // A miniature never has the published counts.
        Some(1) if ran.stderr.contains("Caltech101: can be used, but ") => Ok(()),
        code => Err(format!("mlpt {}\n  exit code {code:?}\n{}", args.join(" "), ran.stderr)),
    }
}
