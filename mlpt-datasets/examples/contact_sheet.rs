//! Draws sheets of both styles, for eyes: `cargo run -p mlpt-datasets --example contact_sheet -- OUT.png`.
//!
//! `OUT-pictograms.png` has a row for each class of the data set; `OUT-captioned.png` pictures that the built-in
//! model learns from, with their captions printed; `OUT-things.png` every thing that can be drawn, plainly.
#![allow(clippy::print_stdout)]

use image::{RgbImage, imageops};
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use mlpt_datasets::pictograms::{CLASSES, pictograms};
use mlpt_datasets::render::{CaptionedPictures, ChalkStyle, Frame};
use std::path::Path;
use std::time::Instant;

const CELL: u32 = 96;

fn sheet(pictures: &[RgbImage], columns: usize, path: &Path) -> Result<()> {
    let rows = pictures.len().div_ceil(columns);
    let mut sheet = RgbImage::from_pixel(columns as u32 * CELL, rows as u32 * CELL, image::Rgb([90, 90, 90]));
    for (i, picture) in pictures.iter().enumerate() {
        let shrink = (CELL - 4) as f32 / picture.width().max(picture.height()) as f32;
        let side = |n: u32| ((n as f32 * shrink) as u32).max(1);
        let (w, h) = (side(picture.width()), side(picture.height()));
        let small = imageops::resize(picture, w, h, imageops::FilterType::Triangle);
        let (x, y) = ((i % columns) as u32 * CELL, (i / columns) as u32 * CELL);
        imageops::replace(&mut sheet, &small, i64::from(x + (CELL - w) / 2), i64::from(y + (CELL - h) / 2));
    }
    sheet.save(path).map_err(|e| Error::data(path, e.to_string()))?;
    println!("{}: {} pictures in rows of {columns}", path.display(), pictures.len());
    Ok(())
}

fn main() -> Result<()> {
    let out = std::env::args().nth(1).unwrap_or_else(|| "sheet.png".to_owned());
    let stem = out.trim_end_matches(".png");
    let named = |what: &str| Path::new(&format!("{stem}-{what}.png")).to_owned();

    let splits = pictograms(0, ChalkStyle::default())?;
    let per_class = splits.test.len() / CLASSES.len();
    let shown: Vec<_> = (0..CLASSES.len()).flat_map(|c| &splits.test[c * per_class..c * per_class + 12]).collect();
    let start = Instant::now();
    let pictures = shown.iter().map(|item| item.image.decode()).collect::<Result<Vec<_>>>()?;
    println!("chalk: {:.2} ms a picture", start.elapsed().as_secs_f64() * 1e3 / pictures.len() as f64);
    sheet(&pictures, 12, &named("pictograms"))?;

    let source = CaptionedPictures::new(Frame::default())?;
    let rng = RngTree::new(1);
    let start = Instant::now();
    let samples = (0..2000).map(|i| source.sample(&rng.at(i))).collect::<Result<Vec<_>>>()?;
    println!("captioned: {:.2} ms a picture", start.elapsed().as_secs_f64() * 1e3 / samples.len() as f64);
    let pictures: Vec<_> = samples.iter().take(144).map(|s| s.image.clone()).collect();
    sheet(&pictures, 12, &named("captioned"))?;
    for (i, sample) in samples.iter().take(144).enumerate() {
        println!("{:2},{:2}: {}", i / 12, i % 12, sample.caption);
    }

    let catalog = source.catalog();
    let plain = (0..catalog.concepts().len()).map(|i| source.plain(i, &rng.child("plain").at(i)));
    sheet(&plain.collect::<Result<Vec<_>>>()?, 10, &named("things"))?;
    for (i, concept) in catalog.concepts().iter().enumerate() {
        println!("{:2},{:2}: {}", i / 10, i % 10, concept.name);
    }
    Ok(())
}
