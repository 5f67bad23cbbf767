//! How long a file of weights takes to read, and how much memory: `load_speed [FILE]`. Without a file it
//! makes one of ViT-B/32's size in f32 (605 MB) in the system's folder for temporary files.
#![allow(clippy::print_stdout)]

use mlpt_core::weights::read_tensors;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Twelve layers of two towers have some 400 tensors.
const TENSORS: usize = 400;
const NUMBERS: usize = 605_000_000 / 4 / TENSORS;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let path = match std::env::args_os().nth(1) {
        Some(path) => PathBuf::from(path),
        None => make(&dir.path().join("speed.safetensors"))?,
    };
    // Once more, so that the disk does not count.
    let mut held = File::open(&path)?;
    let mut piece = vec![0; 1 << 20];
    while held.read(&mut piece)? > 0 {}

    let (before, len) = (peak()?, std::fs::metadata(&path)?.len());
    let (start, worked) = (Instant::now(), processor()?);
    let file = read_tensors(&path)?;
    let (seconds, worked) = (start.elapsed().as_secs_f64(), processor()? - worked);
    let grown = peak()?.saturating_sub(before);
    println!("{} tensors ({:?}) of a file of {} MB", file.tensors.len(), file.format, len / 1_000_000);
    println!("{seconds:.2} s by the clock, {worked:.2} s of processor time in two threads");
    println!("peak memory grew by {:.3} times the file; sha256 {}", grown as f64 / len as f64, file.digest);
    Ok(())
}

/// The processor time of all threads so far, in seconds: on a busy machine the clock says little.
fn processor() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name in parentheses may hold spaces; user and system time are the 12th and 13th field behind it.
    let fields = stat.rsplit_once(')').ok_or("no /proc/self/stat on this system")?.1.split_whitespace();
    Ok(fields.skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()? / 100.0)
}

/// The most memory that this process has had, in bytes.
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).ok_or("no VmHWM on this system")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
}

/// Writes the file piece by piece, so that making it does not count as memory.
fn make(path: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let size = NUMBERS * 4;
    let entry = |i: usize| {
        format!(r#""t{i}":{{"dtype":"F32","shape":[{NUMBERS}],"data_offsets":[{},{}]}}"#, i * size, (i + 1) * size)
    };
    let header = format!("{{{}}}", (0..TENSORS).map(entry).collect::<Vec<_>>().join(","));
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    let numbers: Vec<u8> = (0..NUMBERS).flat_map(|i| (i as f32 * 1e-5).to_le_bytes()).collect();
    for _ in 0..TENSORS {
        file.write_all(&numbers)?;
    }
    file.flush()?;
    Ok(path.to_owned())
}
