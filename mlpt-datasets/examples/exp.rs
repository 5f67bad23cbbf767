//! exp
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]
use mlpt_core::clip::{FrozenClip, ModelSource};
use mlpt_core::data::transform::*;
use mlpt_core::pretrain::*;
use std::sync::Arc;
fn main() {
    let out = std::path::PathBuf::from(std::env::args().nth(1).unwrap());
    let steps: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let mut config = PretrainConfig { steps, ..Default::default() };
    let mut architecture = ArchitectureConfig::default();
    for a in std::env::args().skip(3) {
        let (k, v) = a.split_once('=').unwrap();
        match k {
            "lr" => config.lr = v.parse().unwrap(),
            "b" => config.batch_size = v.parse().unwrap(),
            "vw" => architecture.vision_width = v.parse().unwrap(),
            "vl" => architecture.vision_layers = v.parse().unwrap(),
            "tw" => architecture.text_width = v.parse().unwrap(),
            "tl" => architecture.text_layers = v.parse().unwrap(),
            "is" => architecture.image_size = v.parse().unwrap(),
            "chunks" => config.chunks = v.parse().unwrap(),
            _ => panic!(),
        }
    }
    let device = candle_core::Device::Cpu;
    if steps > 0 {
        let r = pretrain(
            &PretrainOptions {
                config,
                architecture,
                source: Arc::new(
                    mlpt_datasets::render::CaptionedPictures::new(mlpt_datasets::render::Frame {
                        max_aspect: 1.0,
                        ..Default::default()
                    })
                    .unwrap(),
                ),
                source_id: "r".into(),
                seed: 1,
                out: out.clone(),
                device: device.clone(),
                stop: Default::default(),
            },
            |l| println!("{l}"),
        )
        .unwrap();
        println!("{r:?}");
    }
    let clip = FrozenClip::load(&ModelSource::Directory(out), &device).unwrap();
    let splits = mlpt_datasets::pictograms::pictograms(0, Default::default()).unwrap();
    let t = Transform::new(
        TransformConfig {
            size: (clip.input_size(), clip.input_size()),
            filter: Filter::Bicubic,
            random_resized_crop: false,
            random_flip: false,
            normalize: true,
            plain: false,
            mean: clip.mean(),
            std: clip.std(),
            scale: (0.1, 1.0),
        },
        false,
    );
    let loader = mlpt_core::data::Loader::new(t, 2, 0, device.clone()).unwrap();
    let f = mlpt_core::tensor::normalize(&loader.features(&clip, &splits.test, 100).unwrap()).unwrap();
    let prompts: Vec<String> = splits.class_names.iter().map(|n| splits.template.replace("{}", n)).collect();
    let tx = mlpt_core::tensor::normalize(&clip.encode_prompts(&prompts).unwrap()).unwrap();
    let pred = f.matmul(&tx.t().unwrap()).unwrap().argmax(1).unwrap().to_vec1::<u32>().unwrap();
    let c = splits.class_names.len();
    let mut right = vec![0; c];
    let mut n = vec![0; c];
    for (p, i) in pred.iter().zip(&splits.test) {
        n[i.label] += 1;
        if *p as usize == i.label {
            right[i.label] += 1;
        }
    }
    println!(
        "zero-shot {:.1}%  scale {:.1}",
        100.0 * right.iter().sum::<i32>() as f64 / pred.len() as f64,
        clip.logit_scale()
    );
    for k in 0..c {
        print!("{} {}/{}; ", splits.class_names[k], right[k], n[k]);
    }
    println!();
}
