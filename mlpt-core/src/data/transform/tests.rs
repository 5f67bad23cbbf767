//! What transforms do as a whole; single operations are tested beside them.

use super::config::AVAILABLE;
use super::*;
use crate::rng::RngTree;
use image::RgbImage;
use rand::{Rng as _, RngCore};

fn config(size: (usize, usize)) -> TransformConfig {
    TransformConfig {
        size,
        filter: Filter::Bicubic,
        random_resized_crop: false,
        random_flip: false,
        augment: Augment::default(),
        normalize: true,
        instance_norm: false,
        plain: false,
        mean: [0.5, 0.25, 0.0],
        std: [0.5, 0.25, 2.0],
        scale: (0.08, 1.0),
    }
}

/// Red grows with the column, green with the row.
fn ramp(w: u32, h: u32) -> RgbImage {
    RgbImage::from_fn(w, h, |x, y| image::Rgb([x as u8, y as u8, 255]))
}

#[test]
fn planes_are_normalised_channels() {
    let t = Transform::new(config((2, 3)), true);
    let out = t.apply(&ramp(3, 2), &mut RngTree::new(0).rng());
    let value = |b: f32, mean: f32, std: f32| (b / 255.0 - mean) / std;
    assert_eq!(out[2], value(2.0, 0.5, 0.5));
    assert_eq!(out[6 + 3], value(1.0, 0.25, 0.25));
    assert_eq!(out[12..], [0.5; 6]);
}

#[test]
fn test_transform_takes_the_middle_and_draws_nothing() {
    let t = Transform::new(config((4, 4)), false);
    // 8 wide, 4 high: no resize, columns 2..6.
    let out = t.apply(&ramp(8, 4), &mut RngTree::new(0).rng());
    let first_row: Vec<f32> = [2.0, 3.0, 4.0, 5.0].iter().map(|b| (b / 255.0 - 0.5) / 0.5).collect();
    assert_eq!(out[..4], first_row[..]);
    assert_eq!(out, t.apply(&ramp(8, 4), &mut RngTree::new(1).rng()));
}

#[test]
fn half_of_the_pictures_are_mirrored() {
    let t = Transform::new(TransformConfig { random_flip: true, normalize: false, ..config((4, 4)) }, true);
    let plain = Transform::new(TransformConfig { normalize: false, ..config((4, 4)) }, true);
    let straight = plain.apply(&ramp(4, 4), &mut RngTree::new(0).rng());
    let mut mirrored = straight.clone();
    mirrored.chunks_exact_mut(4).for_each(<[f32]>::reverse);
    let mut flips = 0;
    for i in 0..400 {
        let out = t.apply(&ramp(4, 4), &mut RngTree::new(0).at(i).rng());
        assert!(out == straight || out == mirrored);
        flips += usize::from(out == mirrored);
    }
    assert!((150..250).contains(&flips), "{flips}");
}

/// A transform with just these switches, for 24 rows and 20 columns.
fn switched(names: &[&str], training: bool) -> Transform {
    let transforms = names.iter().map(|&name| name.to_owned()).collect();
    let input = InputConfig { size: vec![24, 20], transforms, gb_k: 5, ..InputConfig::default() };
    Transform::new(TransformConfig::check(&input).unwrap(), training)
}

/// Large waves and small ones, in other phases for each channel.
fn waves(w: u32, h: u32) -> RgbImage {
    let level = |t: f32| (127.0 + 100.0 * t.sin()) as u8;
    RgbImage::from_fn(w, h, |x, y| {
        let (x, y) = (x as f32, y as f32);
        image::Rgb([level(x / 3.0), level(y / 5.0 + x / 9.0), level((x + y) / 2.0)])
    })
}

#[test]
fn every_name_does_something_in_training() {
    let picture = waves(40, 33);
    let nothing = switched(&[], true).apply(&picture, &mut RngTree::new(0).rng());
    for name in AVAILABLE {
        let transform = switched(&[name], true);
        let changes = (0..20).any(|i| transform.apply(&picture, &mut RngTree::new(0).at(i).rng()) != nothing);
        assert_eq!(changes, name != "center_crop", "{name}");
    }
}

#[test]
fn the_test_transform_keeps_to_the_norms_and_draws_nothing() {
    let picture = waves(40, 33);
    let apply = |names: &[&str], seed| switched(names, false).apply(&picture, &mut RngTree::new(seed).rng());
    let random: Vec<&str> =
        AVAILABLE.into_iter().filter(|name| !["normalize", "instance_norm"].contains(name)).collect();
    assert_eq!(random.len(), 16);
    let plain = apply(&[], 0);
    assert_eq!(apply(&random, 1), plain);
    let normalised = apply(&["normalize"], 0);
    assert_ne!(normalised, plain);
    let both = apply(&["normalize", "instance_norm"], 0);
    assert_eq!(apply(&AVAILABLE, 2), both);
    for plane in both.chunks_exact(24 * 20) {
        let sum: f32 = plane.iter().sum();
        let squares: f32 = plane.iter().map(|x| x * x).sum();
        assert!(sum.abs() < 1e-3 && (squares / 479.0 - 1.0).abs() < 1e-4, "{sum} {squares}");
    }
}

#[test]
fn published_transforms_draw_what_they_always_drew() {
    let transform = switched(&["random_resized_crop", "random_flip", "normalize"], true);
    for i in 0..50 {
        let (mut ours, mut plain) = (RngTree::new(7).at(i).rng(), RngTree::new(7).at(i).rng());
        let draws = transform.draw((40, 33), &mut ours);
        let part = Some(random_resized_window(40, 33, (0.08, 1.0), &mut plain));
        let flip = plain.random_bool(0.5);
        assert_eq!(draws, Draws { part, flip, ..Draws::default() });
        assert_eq!(ours.next_u64(), plain.next_u64());
    }
}

#[test]
fn a_part_is_taken_of_what_the_crops_before_it_leave() {
    let transform = switched(&["random_translation", "random_crop", "random_resized_crop"], true);
    let picture = waves(40, 33);
    let mut out = vec![0.0; 3 * 24 * 20];
    for i in 0..50 {
        let draws = transform.draw((40, 33), &mut RngTree::new(3).at(i).rng());
        let part = draws.part.unwrap();
        assert!(part.left + part.width <= 20 && part.top + part.height <= 24, "{part:?}");
        transform.apply_drawn(&picture, &draws, &mut out);
        let shifted = draws.translation.unwrap().apply(&picture, (24, 20));
        let cropped = draws.crop.unwrap().apply(&shifted, (24, 20), 4);
        let expected = resize(&cropped, part, (20, 24), Window::whole(20, 24), Filter::Bilinear);
        assert_eq!(out[0], f32::from(expected.get_pixel(0, 0).0[0]) / 255.0);
        assert_eq!(out[24 * 20 + 21], f32::from(expected.get_pixel(1, 1).0[1]) / 255.0);
    }
}

#[test]
fn pictures_that_are_too_small_are_cropped_with_more_border() {
    let transform = switched(&["random_crop"], true);
    for size in [(1, 1), (3, 40), (40, 3)] {
        let out = transform.apply(&waves(size.0, size.1), &mut RngTree::new(0).rng());
        assert!(out.iter().all(|x| (0.0..=1.0).contains(x)) && out.contains(&0.0));
    }
}

#[test]
fn steps_are_told_in_the_order_in_which_they_are_done() {
    let lines = switched(&AVAILABLE, true).describe();
    let expected = [
        "Building transform_train",
        "+ random translation",
        "+ random crop (padding=4)",
        "+ random resized crop (size=(24, 20), scale=(0.08, 1.0))",
        "+ random flip",
        "+ imagenet policy",
        "+ cifar10 policy",
        "+ svhn policy",
        "+ randaugment (n=2, m=10)",
        "+ randaugment_fixmatch (n=2)",
        "+ randaugment2 (n=2)",
        "+ color jitter (brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1)",
        "+ random gray scale (p=0.2)",
        "+ gaussian blur (kernel=5)",
        "+ to torch tensor of range [0, 1]",
        "+ cutout (n_holes=1, length=16)",
        "+ normalization (mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])",
        "+ gaussian noise (mean=0.0, std=0.15)",
        "+ instance normalization",
    ];
    assert_eq!(lines, expected);
    assert_eq!(switched(&["random_translation"], true).describe()[1..3], ["+ resize to 24x20", "+ random translation"]);
    let test = switched(&AVAILABLE, false).describe();
    assert_eq!(
        test[1..4],
        ["+ resize the smaller edge to 24", "+ 24x20 center crop", "+ to torch tensor of range [0, 1]"]
    );
    assert_eq!(test.len(), 6);
}

#[test]
fn the_smallest_pictures_and_sizes_go_through_everything() {
    let names: Vec<String> = AVAILABLE.into_iter().filter(|&n| n != "instance_norm").map(str::to_owned).collect();
    for size in [[1, 1], [1, 9], [9, 1], [2, 3]] {
        let (size, transforms) = (size.to_vec(), names.clone());
        let input = InputConfig { size, transforms, gb_k: 1, gb_p: 1.0, randaugment_n: 9, ..InputConfig::default() };
        let transform = Transform::new(TransformConfig::check(&input).unwrap(), true);
        for (w, h) in [(1, 1), (1, 70), (70, 1), (30, 20)] {
            for i in 0..40 {
                let out = transform.apply(&waves(w, h), &mut RngTree::new(5).at(i).rng());
                assert!(out.iter().all(|x| x.is_finite()), "{w} x {h}");
            }
        }
    }
}
