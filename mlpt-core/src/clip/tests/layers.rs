//! Features at every depth are those of towers that end there.

use super::*;

/// The model cut off behind so many layers.
fn cut(text: usize, image: usize) -> ClipModel {
    let mut config = config();
    config.text_config.num_hidden_layers = text;
    config.vision_config.num_hidden_layers = image;
    let kept = |name: &String| {
        let below = |tower: &str, layers: usize| {
            let layer = name.strip_prefix(tower).and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
            layer.is_none_or(|layer| layer < layers)
        };
        below("text_model.encoder.layers.", text) && below("vision_model.encoder.layers.", image)
    };
    let tensors = tensors(&model()).into_iter().filter(|(name, _)| kept(name)).collect();
    ClipModel::frozen(&config, tensors, DType::F32, &Device::Cpu).unwrap()
}

/// The layer norm `name` of `x [N, D]`, from candle's own operations.
fn normed(x: &Tensor, name: &str) -> Tensor {
    let tensors = tensors(&model());
    let centred = x.broadcast_sub(&x.mean_keepdim(1).unwrap()).unwrap();
    let spread = (centred.sqr().unwrap().mean_keepdim(1).unwrap() + 1e-5).unwrap().sqrt().unwrap();
    let scaled = centred.broadcast_div(&spread).unwrap().broadcast_mul(&tensors[&format!("{name}.weight")]).unwrap();
    scaled.broadcast_add(&tensors[&format!("{name}.bias")]).unwrap()
}

/// The same, and the product with `projection`.
fn read(x: &Tensor, norm: &str, projection: &str) -> Tensor {
    normed(x, norm).matmul(&tensors(&model())[projection].t().unwrap()).unwrap()
}

fn compare(what: &str, all: &Tensor, depths: &[Tensor], vars: &[&Var]) {
    assert_eq!(all.dims(), [&[depths.len()], depths[0].dims()].concat(), "{what}");
    let weights = normal(all.dims(), 5);
    for (depth, one) in depths.iter().enumerate() {
        assert_close(&format!("{what} at {depth}"), &all.get(depth).unwrap(), one, 1e-5);
    }
    let grads = |y: &Tensor| (y * &weights).unwrap().sum_all().unwrap().backward().unwrap();
    let (fast, plain) = (grads(all), grads(&Tensor::stack(depths, 0).unwrap()));
    for (i, var) in vars.iter().enumerate() {
        assert_close(&format!("{what}: gradient {i}"), fast.get(var).unwrap(), plain.get(var).unwrap(), 2e-5);
    }
}

#[test]
fn of_texts() {
    let (whole, names) = (frozen(), ["text_model.final_layer_norm", "text_projection.weight"]);
    let positions = tensors(&model())["text_model.embeddings.position_embedding.weight"].clone();
    let var = |shape: &[usize], seed: usize| Var::from_tensor(&normal(shape, 300 + seed)).unwrap();
    for (groups, rows) in [(1, [(0, 0), (0, 1), (0, 2)]), (2, [(1, 2), (0, 0), (1, 1)])] {
        let lens = [3, 1, 6];
        let (prefixes, suffixes) = (var(&[groups, 5, WIDTH], 0), var(&[10, WIDTH], 1));
        let deep = [var(&[groups, 4, WIDTH], 2), var(&[groups, 2, WIDTH], 3)];
        let batch = TextBatch {
            prefixes: prefixes.as_tensor().clone(),
            suffixes: suffixes.as_tensor().clone(),
            suffix_lens: lens.to_vec(),
            rows: rows.to_vec(),
            deep: [None].into_iter().chain(deep.iter().map(|d| Some(d.as_tensor().clone()))).collect(),
        };
        let ends: Vec<u32> = rows.iter().map(|r| lens[..=r.1].iter().sum::<usize>() as u32 - 1).collect();
        let places: Vec<u32> = rows.iter().map(|r| 5 + lens[r.1] as u32 - 1).collect();
        let pick = |x: &Tensor, rows| x.index_select(&Tensor::new(rows, &Device::Cpu).unwrap(), 0).unwrap();
        let input = (pick(suffixes.as_tensor(), ends) + pick(&positions, places)).unwrap();
        let mut depths = vec![read(&input, names[0], names[1])];
        depths.extend((1..=3).map(|layers| cut(layers, 1).text().forward(&batch).unwrap()));
        let all = whole.text().forward_layers(&batch).unwrap();
        compare(&format!("texts of {groups}"), &all, &depths, &[&prefixes, &suffixes, &deep[0], &deep[1]]);
    }
}

#[test]
fn of_images() {
    let (whole, pixels) = (frozen(), normal(&[3, 3, 12, 12], 20));
    let prompts = [0, 1].map(|i| Var::from_tensor(&normal(&[2, 18], 400 + i)).unwrap());
    let given: Vec<Option<Tensor>> = prompts.iter().map(|p| Some(p.as_tensor().clone())).collect();
    let all = whole.vision().forward_layers(&pixels, &given).unwrap();
    let after = [1, 2].map(|layers| cut(1, layers).vision().forward_prompted(&pixels, &given).unwrap());
    // The class token enters the first layer with its position, behind the first norm.
    let tensors = tensors(&model());
    let first = |name: &str| tensors[&format!("vision_model.embeddings.{name}")].clone();
    let class = first("class_embedding").reshape((1, 18)).unwrap();
    let class = (class + first("position_embedding.weight").narrow(0, 0, 1).unwrap()).unwrap();
    let input =
        read(&normed(&class, "vision_model.pre_layrnorm"), "vision_model.post_layernorm", "visual_projection.weight");
    let input = input.broadcast_as((3, 10)).unwrap().contiguous().unwrap();
    let [one, two] = after;
    compare("images", &all, &[input, one, two], &[&prompts[0], &prompts[1]]);

    let bare = whole.vision().forward_layers(&pixels, &[]).unwrap();
    assert_close("without prompts", &bare.get(2).unwrap(), &whole.image_features(&pixels).unwrap(), 1e-6);
    let small = whole.vision().forward_layers(&normal(&[1, 3, 8, 8], 0), &[]).unwrap_err().to_string();
    assert!(small.contains("the image tower takes 3 x 12 x 12 pixels"), "{small}");
}

#[test]
fn all_depths_are_one_pass() {
    let clip = FrozenClip::load(&ModelSource::BuiltIn, &Device::Cpu).unwrap();
    let context = Var::from_tensor(&normal(&[1, 3, clip.text_width()], 0)).unwrap();
    let batch = TextBatch {
        prefixes: context.as_tensor().clone(),
        suffixes: clip.embed_tokens(&[5, clip.tokenizer().end()]).unwrap(),
        suffix_lens: vec![2],
        rows: vec![(0, 0)],
        deep: vec![],
    };
    let texts = clip.encode_text_layers(&batch).unwrap();
    assert_eq!(texts.dims(), [clip.text_layers() + 1, 1, clip.embed_dim()]);
    texts.sqr().unwrap().sum_all().unwrap().backward().unwrap();
    let side = clip.input_size();
    let images = clip.encode_image_layers(&normal(&[2, 3, side, side], 1), &[]).unwrap();
    assert_eq!(images.dims(), [clip.image_layers() + 1, 2, clip.embed_dim()]);
    let want = Passes { image: 1, image_rows: 2, text: 1, text_rows: 1, text_backward: 1 };
    assert_eq!(clip.passes(), want);
}
