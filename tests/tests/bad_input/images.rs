//! Pictures that cannot be used. The zero-shot trainer looks at every test picture and trains nothing.

use crate::common::{behind, picture};
use crate::place::Place;
use std::io::Cursor;
use std::time::{Duration, Instant};

const ZERO_SHOT: [&str; 9] =
    ["train", "--output-dir", "out", "--trainer", "ZeroshotCLIP", "--dataset", "Folder", "--root", "data"];

/// Two classes in given splits; the test picture `test/dog/bad.EXT` has these bytes.
fn with_bad(extension: &str, bytes: &[u8]) -> (Place, String) {
    let place = Place::new();
    for split in ["train", "val", "test"] {
        crate::common::pictures(&place.at("data").join(split), &["cat", "dog"], 2);
    }
    let name = format!("data/test/dog/bad.{extension}");
    place.write(&name, bytes);
    (place, name)
}

fn refuses(extension: &str, bytes: &[u8], wanted: &str) {
    let (place, name) = with_bad(extension, bytes);
    place.refuses(&ZERO_SHOT, &[&format!("{name}: cannot be read as an image: "), wanted, "replace it or remove it"]);
}

fn encoded(format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture(1, 1).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn empty_and_foreign_files() {
    refuses("jpg", b"", "the file is empty");
    refuses("png", b"", "the file is empty");
    refuses("jpg", b"this is a text, not a picture\n", "format could not be determined");
    refuses("jpg", b"GIF89a\x01\0\x01\0\0\0\0;", "Gif");
    refuses("jpeg", b"<html><body>404</body></html>", "format could not be determined");
}

#[test]
fn truncated_jpeg() {
    let jpeg = encoded(image::ImageFormat::Jpeg);
    let scan = jpeg.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
    for cut in [2, 3, 20, scan / 2, scan] {
        refuses("jpg", &jpeg[..cut], "");
    }
    for cut in [scan + 4, scan + 20, (scan + jpeg.len()) / 2, jpeg.len() - 2, jpeg.len() - 1] {
        refuses("jpg", &jpeg[..cut], "the JPEG breaks off before its end");
    }
    // Bytes behind the end, which some cameras write, are no fault.
    let (place, _) = with_bad("jpg", &[&jpeg[..], b"\0\0trailer"].concat());
    assert!(place.command(&ZERO_SHOT).output().unwrap().status.success());
}

#[test]
fn damaged_png() {
    let png = encoded(image::ImageFormat::Png);
    let data = png.windows(4).position(|w| w == b"IDAT").unwrap();
    for cut in [8, 20, data + 6, png.len() - 20] {
        refuses("png", &png[..cut], "");
    }
    let mut bad_crc = png.clone();
    bad_crc[29] ^= 1;
    refuses("png", &bad_crc, "CRC");
    let mut bad_data = png;
    bad_data[data + 12] ^= 0x55;
    refuses("png", &bad_data, "");
}

/// A small file that says of itself that it has billions of pixels.
#[test]
fn decompression_bombs_are_refused_before_memory_is_taken() {
    let mut png = encoded(image::ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
    let crc = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    let mut jpeg = encoded(image::ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF; 4]);
    for (extension, bytes) in [("png", png), ("jpg", jpeg)] {
        let (place, name) = with_bad(extension, &bytes);
        let begun = Instant::now();
        let mut command = behind("ulimit -v 6000000", place.dir());
        let wanted = [name.as_str(), "it is too large to decode"];
        place.must_refuse(command.args(ZERO_SHOT).env("MALLOC_ARENA_MAX", "2"), 1, &wanted);
        assert!(begun.elapsed() < Duration::from_secs(20), "{extension}: {:?}", begun.elapsed());
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[test]
fn a_broken_training_picture_stops_training() {
    let place = Place::with_pictures(&["cat", "dog"], 12);
    for i in 0..12 {
        place.write(format!("data/dog/{i:03}.png"), b"\x89PNG\r\n\x1a\nnot really");
    }
    place.refuses_training(&[], &["data/dog/", ".png: cannot be read as an image"]);
}

/// With --skip-broken the rest is used, and what was left out is told and counted.
#[test]
fn broken_pictures_are_left_out_on_request() {
    let (place, name) = with_bad("jpg", b"this is a text, not a picture\n");
    place.write("data/train/cat/short.jpg", &encoded(image::ImageFormat::Jpeg)[..300]);
    place.write("data/val/cat/empty.png", b"");
    let ran = crate::common::Ran::of(place.command(&ZERO_SHOT).arg("--skip-broken")).ok();
    for text in [&*name, "data/train/cat/short.jpg", "data/val/cat/empty.png", "Skipped 3 images that cannot be read"] {
        assert!(ran.stderr.contains(text), "no '{text}' in: {}", ran.stderr);
    }
    let result = crate::common::json(&place.at("out/result.json"));
    assert_eq!(result["total"], 4, "{result}");
    // Pre-training takes the same flag.
    let mut args = vec!["pretrain", "--output-dir", "model", "--dataset", "Folder", "--root", "data"];
    args.extend(["PRETRAIN.STEPS=1", "PRETRAIN.BATCH_SIZE=2", "--skip-broken"]);
    let ran = crate::common::Ran::of(&mut place.command(&args));
    assert!(ran.stderr.contains("Skipped 3 images that cannot be read"), "{}", ran.stderr);
    // Where nothing is left, that is said.
    let place = Place::new();
    for split in ["train", "val", "test"] {
        for class in ["cat", "dog"] {
            for i in 0..3 {
                place.write(format!("data/{split}/{class}/{i}.jpg"), b"nothing");
            }
        }
    }
    let skip = [&ZERO_SHOT[..], &["--skip-broken"]].concat();
    let told = crate::common::Ran::of(&mut place.command(&skip));
    assert_eq!(told.code, Some(1));
    assert!(told.stderr.contains("no image of the data set can be read"), "{}", told.stderr);
}

/// Very wide pictures are pictures: what is not kept of them is not computed, and takes no memory.
#[test]
fn a_hundred_thousand_pixels_wide() {
    for height in [1, 40] {
        let (place, _) = with_bad("jpg", b"");
        let wide = image::RgbImage::from_fn(100_000, height, |x, y| image::Rgb([x as u8, (x >> 8) as u8, y as u8]));
        std::fs::remove_file(place.at("data/test/dog/bad.jpg")).unwrap();
        wide.save(place.at("data/test/dog/wide.png")).unwrap();
        let begun = Instant::now();
        let mut command = behind("ulimit -v 6000000", place.dir());
        crate::common::Ran::of(command.args(ZERO_SHOT).env("MALLOC_ARENA_MAX", "2")).ok();
        assert!(begun.elapsed() < Duration::from_secs(30), "{height}: {:?}", begun.elapsed());
    }
}
