//! A row's bits hang on its image alone.

use super::normal;
use crate::clip::{ClipConfig, ClipModel, FrozenClip, ModelFiles, ModelSource, Preprocess};
use crate::rng::RngTree;
use candle_core::{DType, Device, Tensor};

/// A model with random weights whose image tower is `vision`.
fn random(vision: &str, size: usize, width: usize) -> FrozenClip {
    let config = ClipConfig::from_json(&format!(
        r#"{{"projection_dim":{width},
            "text_config":{{"hidden_size":4,"intermediate_size":4,"num_hidden_layers":1,"num_attention_heads":1,
                            "max_position_embeddings":9,"vocab_size":49408,"eos_token_id":2}},
            {vision}}}"#
    ))
    .unwrap();
    let model = ClipModel::random(&config, &RngTree::new(5), &Device::Cpu).unwrap();
    let files = ModelFiles {
        name: "random".into(),
        digest: String::new(),
        preprocess: Preprocess::clip(size),
        config,
        tokenizer: None,
        tensors: model.trainable_vars().iter().map(|v| (v.name.clone(), v.var.as_detached_tensor())).collect(),
    };
    FrozenClip::from_files(files, &Device::Cpu, DType::F32).unwrap()
}

fn models() -> Vec<FrozenClip> {
    let vit = |width: usize, heads: usize| {
        format!(
            r#""vision_config":{{"hidden_size":{width},"intermediate_size":{},"num_hidden_layers":2,
               "num_attention_heads":{heads},"image_size":64,"patch_size":32}}"#,
            4 * width
        )
    };
    vec![
        FrozenClip::load(&ModelSource::BuiltIn, &Device::Cpu).unwrap(),
        random(&vit(18, 2), 64, 10),
        random(&vit(768, 12), 64, 512),
    ]
}

fn bits(rows: &Tensor) -> Vec<Vec<u32>> {
    rows.to_vec2::<f32>().unwrap().iter().map(|row| row.iter().map(|x| x.to_bits()).collect()).collect()
}

#[test]
fn a_row_is_the_same_in_every_batch_at_every_place_and_with_any_threads() {
    for clip in models() {
        let (count, size) = (13, clip.input_size());
        let pixels = normal(&[count, 3, size, size], 31);
        let whole = bits(&clip.encode_images_apart(&pixels).unwrap());
        assert!((1..count).all(|i| whole[i] != whole[0]), "the images are told apart");
        for batch in [1, 2, 3, 4, 5, 8, 12] {
            let parts = (0..count).step_by(batch).map(|from| {
                let part = pixels.narrow(0, from, batch.min(count - from)).unwrap();
                bits(&clip.encode_images_apart(&part).unwrap())
            });
            assert_eq!(parts.collect::<Vec<_>>().concat(), whole, "batches of {batch}");
        }
        let order = [7_u32, 0, 12, 3, 3, 9, 1];
        let picked = pixels.index_select(&Tensor::new(&order, &Device::Cpu).unwrap(), 0).unwrap();
        let rows = bits(&clip.encode_images_apart(&picked).unwrap());
        assert!(rows.iter().zip(order).all(|(row, at)| *row == whole[at as usize]), "in another order");
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert_eq!(pool.install(|| bits(&clip.encode_images_apart(&pixels).unwrap())), whole, "{threads} threads");
        }
        // It is the tower's own output all the same.
        let plain = clip.encode_images(&pixels).unwrap();
        let apart = clip.encode_images_apart(&pixels).unwrap();
        let gap = (plain - apart).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
        assert!(gap < 1e-4, "{gap}");
    }
}

#[test]
fn passes_are_counted_as_asked_for_and_as_made() {
    let clip = FrozenClip::load(&ModelSource::BuiltIn, &Device::Cpu).unwrap();
    let size = clip.input_size();
    let pixels = normal(&[5, 3, size, size], 31);
    clip.encode_images(&pixels).unwrap();
    clip.encode_images_apart(&pixels).unwrap();
    clip.count_images(3, 40);
    clip.encode_uncounted(&pixels).unwrap();
    let (asked, spent) = (clip.passes(), clip.spent());
    assert_eq!((asked.image, asked.image_rows, spent.image, spent.image_rows), (4, 45, 2, 10));
    assert_eq!(clip.encode_images_apart(&pixels.narrow(0, 0, 0).unwrap()).unwrap().dims(), [0, clip.embed_dim()]);
}
