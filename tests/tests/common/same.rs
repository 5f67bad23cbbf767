//! When two runs count as the same: every byte of every file, but for what the clock says.
//!
//! Masked are, and nothing else:
//! - `result.json`: `elapsed_s`
//! - `metrics.jsonl`: `time_s`, `data_s`, and the notes `Elapsed` and `Waited for images`
//! - `log.txt`: `time`, `data` and `eta` of a step's line, `Elapsed`, `Waited for images`
//! - `tensorboard/events.out.tfevents.mlpt`: the time of each event, and the sums that hang on it
//! - `state.safetensors`: `elapsed_s`, and `log_bytes` and `metrics_bytes`, the lengths of files
//!   whose times have more or fewer digits
//!
//! `attempts.jsonl` says which processes worked on the run and is left out.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Every file of a run directory, the clock's figures masked. Lines of `config.toml` that begin
/// with one of `keys` are left out: settings that are meant to differ.
pub fn masked(run: &Path, keys: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(run, "", &mut files);
    files.remove("attempts.jsonl");
    for (name, bytes) in &mut files {
        let text = || String::from_utf8(bytes.clone()).unwrap();
        *bytes = match name.as_str() {
            "result.json" => numbers(&text(), &["elapsed_s"]).into_bytes(),
            "metrics.jsonl" => elapsed(&numbers(&text(), &["time_s", "data_s"])).into_bytes(),
            "log.txt" => text().lines().map(log_line).collect::<String>().into_bytes(),
            "state.safetensors" => state(bytes),
            "tensorboard/events.out.tfevents.mlpt" => event_file(bytes).concat(),
            "config.toml" => {
                let kept =
                    text().lines().filter(|l| !keys.iter().any(|k| l.starts_with(k))).collect::<Vec<_>>().join("\n");
                kept.into_bytes()
            }
            _ => continue,
        };
    }
    files
}

/// Fails with the first difference of two runs.
pub fn assert_same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>, what: &str) {
    if let Some(difference) = difference(one, other) {
        panic!("{what}: {difference}");
    }
}

/// The first difference of two runs: file, line and both texts.
pub fn difference(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) -> Option<String> {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    if names(one) != names(other) {
        return Some(format!("other files: {:?} and {:?}", names(one), names(other)));
    }
    let (name, bytes) = one.iter().find(|(name, bytes)| other[*name] != **bytes)?;
    let (a, b) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&other[name]));
    let lines = a.lines().zip(b.lines()).enumerate().find(|(_, (a, b))| a != b);
    Some(match lines {
        Some((n, (a, b))) => format!("{name}, line {}:\n  {a}\n  {b}", n + 1),
        None => format!("{name}: {} and {} bytes", bytes.len(), other[name].len()),
    })
}

fn collect(dir: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        match entry.path().is_dir() {
            true => collect(&entry.path(), &format!("{name}/"), files),
            false => {
                files.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
}

/// Replaces the numbers of these fields of a JSON text.
fn numbers(text: &str, fields: &[&str]) -> String {
    let mut text = text.to_owned();
    for field in fields {
        let mark = format!("\"{field}\":");
        let parts: Vec<&str> = text.split(&mark).collect();
        let rest = |part: &str| {
            part.trim_start_matches([' ', '-', '.', '+', 'e', 'E', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
                .to_owned()
        };
        let masked: Vec<String> =
            parts.iter().enumerate().map(|(i, p)| if i == 0 { (*p).to_owned() } else { rest(p) }).collect();
        text = masked.join(&format!("{mark} _"));
    }
    text
}

/// Replaces the notes that tell times.
fn elapsed(text: &str) -> String {
    let mask = |line: &str| match ["Elapsed: ", "Waited for images: "]
        .iter()
        .find(|n| line.contains(&format!("\"text\":\"{n}")))
    {
        Some(note) => format!("{note}_\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(mask).collect()
}

fn log_line(line: &str) -> String {
    for note in ["Elapsed: ", "Waited for images: "] {
        if line.contains(note) {
            return format!("{note}_\n");
        }
    }
    if !(line.contains("] batch [") && line.contains(" eta ")) {
        return format!("{line}\n");
    }
    // `time 0.123 (0.120) data 0.001 (0.001) ... eta 0:00:12`
    let mut left = 0;
    let mut words = Vec::new();
    for word in line.split(' ') {
        words.push(if left > 0 { "_" } else { word });
        left = match word {
            _ if left > 0 => left - 1,
            "time" | "data" => 2,
            "eta" => 1,
            _ => 0,
        };
    }
    words.join(" ") + "\n"
}

/// The events of a file for TensorBoard, without their times.
pub fn event_file(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut events = Vec::new();
    while !bytes.is_empty() {
        // Length, checksum, event, checksum.
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        let event = &bytes[12..12 + length];
        assert_eq!(event[0], 9, "an event begins with its time");
        events.push(event[9..].to_vec());
        bytes = &bytes[16 + length..];
    }
    events
}

/// The header without the clock's fields, then the tensors as they are.
fn state(bytes: &[u8]) -> Vec<u8> {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let mut header: Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let mut meta: Value = serde_json::from_str(header["__metadata__"]["mlpt"].as_str().unwrap()).unwrap();
    for field in ["elapsed_s", "log_bytes", "metrics_bytes"] {
        assert!(meta.as_object_mut().unwrap().remove(field).is_some(), "{field}");
    }
    header["__metadata__"]["mlpt"] = meta;
    [header.to_string().into_bytes(), bytes[8 + length..].to_vec()].concat()
}
