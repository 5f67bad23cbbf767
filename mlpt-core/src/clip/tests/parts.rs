//! The text tower in parts against the tower at once.

use super::*;
use crate::clip::text::{Depth, encode};

/// Trainable inputs of a case.
struct Inputs {
    prefixes: Var,
    suffixes: Var,
    deep: Vec<Option<Var>>,
}

impl Inputs {
    fn new(case: &Case, seed: usize) -> Self {
        let var = |shape: &[usize], part: usize| Var::from_tensor(&normal(shape, 5000 + 100 * seed + part)).unwrap();
        Self {
            prefixes: var(&[case.groups, case.prefix, WIDTH], 0),
            suffixes: var(&[case.lens.iter().sum(), WIDTH], 1),
            deep: case
                .deep
                .iter()
                .enumerate()
                .map(|(i, &m)| (m > 0).then(|| var(&[case.groups, m, WIDTH], 2 + i)))
                .collect(),
        }
    }

    fn batch(&self, case: &Case) -> TextBatch {
        TextBatch {
            prefixes: self.prefixes.as_tensor().clone(),
            suffixes: self.suffixes.as_tensor().clone(),
            suffix_lens: case.lens.clone(),
            rows: case.rows.clone(),
            deep: self.deep.iter().map(|d| d.as_ref().map(|d| d.as_tensor().clone())).collect(),
        }
    }

    fn vars(&self) -> impl Iterator<Item = &Var> {
        [&self.prefixes, &self.suffixes].into_iter().chain(self.deep.iter().flatten())
    }
}

/// Those of the whole sequences, and larger ones, as mechanisms have them.
fn all_cases() -> Vec<Case> {
    let mut all = cases();
    let lens = |n: usize| (0..n).map(|i| 1 + (i * 5) % 4).collect::<Vec<_>>();
    let case = |name, groups, n: usize, rows: Vec<(usize, usize)>, deep: &[usize]| Case {
        name,
        groups,
        prefix: 5,
        lens: lens(n),
        rows,
        deep: deep.to_vec(),
    };
    all.push(case("CoOp", 1, 23, (0..23).map(|c| (0, c)).collect(), &[]));
    all.push(case("deep CoOp", 1, 23, (0..23).map(|c| (0, c)).collect(), &[0, 3, 2]));
    all.push(case("CoCoOp", 6, 5, (0..30).map(|r| (r / 5, r % 5)).collect(), &[]));
    all.push(case("CSC", 19, 19, (0..19).map(|c| (c, c)).collect(), &[2, 0, 4]));
    all.push(case("scattered", 4, 9, (0..27).map(|r| ((r * 7) % 4, (r * 5) % 9)).collect(), &[0, 1]));
    all
}

/// A part cannot be smaller than one row; the others leave some of the larger cases in a few parts.
const BUDGETS: [u64; 3] = [1, 150_000, 400_000];

#[test]
fn parts_give_the_numbers_of_the_whole() {
    let model = frozen();
    let tower = model.text();
    let (mut largest, mut single) = (0, 0);
    for (seed, case) in all_cases().iter().enumerate() {
        let inputs = Inputs::new(case, seed);
        let batch = inputs.batch(case);
        for depth in [Depth::Last, Depth::Every] {
            let whole = encode(tower, &batch, depth, 0).unwrap();
            let weights = normal(whole.dims(), 5);
            let grads = |y: &Tensor| (y * &weights).unwrap().sum_all().unwrap().backward().unwrap();
            let want = grads(&whole);
            for budget in BUDGETS {
                let parts = tower.parts(&batch, budget).unwrap();
                largest =
                    largest.max(parts.iter().map(|p| p.len()).filter(|&n| n < case.rows.len()).max().unwrap_or(0));
                single += usize::from(parts.len() == case.rows.len());
                let what = format!("{}, {depth:?}, {} parts", case.name, parts.len());
                let features = encode(tower, &batch, depth, budget).unwrap();
                assert_close(&what, &features, &whole, 1e-5);
                let got = grads(&features);
                for (i, var) in inputs.vars().enumerate() {
                    let (got, want) = (got.get(var).unwrap(), want.get(var).unwrap());
                    assert_close(&format!("{what}: gradient {i}"), got, want, 1e-4);
                }
            }
        }
    }
    assert!(largest > 4 && single > 10, "{largest}, {single}");
}

#[test]
fn only_what_tracks_gets_a_gradient_and_values_need_no_graph() {
    let model = frozen();
    let case = &all_cases()[14];
    assert_eq!(case.name, "CoCoOp");
    let inputs = Inputs::new(case, 0);
    let mut batch = inputs.batch(case);
    batch.suffixes = batch.suffixes.detach();
    let some = encode(model.text(), &batch, Depth::Last, 1).unwrap();
    let grads = some.sqr().unwrap().sum_all().unwrap().backward().unwrap();
    assert!(flat(grads.get(&inputs.prefixes).unwrap()).iter().any(|g| *g != 0.0));
    assert!(grads.get(&inputs.suffixes).is_none());
    batch.prefixes = batch.prefixes.detach();
    let none = encode(model.text(), &batch, Depth::Last, 1).unwrap();
    assert!(some.track_op() && !none.track_op());
    assert_close("values", &none, &some, 1e-5);
    // Without a graph a layer's share is all that is held, so that the same budget goes further.
    let parts = |batch: &TextBatch| model.text().parts(batch, 150_000).unwrap().len();
    assert!(parts(&inputs.batch(case)) > parts(&batch));
}

#[test]
fn bad_batches_are_refused_before_they_are_divided() {
    let model = frozen();
    let case = &all_cases()[13];
    let good = Inputs::new(case, 0).batch(case);
    let refused = |change: &dyn Fn(&mut TextBatch)| {
        let mut batch = good.clone();
        change(&mut batch);
        encode(model.text(), &batch, Depth::Last, 1).unwrap_err().to_string()
    };
    assert!(refused(&|b| b.rows[1].0 = 7).contains("row (7, 1)"));
    assert!(refused(&|b| b.suffix_lens[1] = 40).contains("lengths"));
    assert!(refused(&|b| b.deep[1] = Some(normal(&[2, 3, WIDTH], 0))).contains("deep prompts"));
}

/// Of the published size; no number of it is computed.
fn wide(groups: usize, classes: usize) -> TextBatch {
    let lens: Vec<usize> = (0..classes).map(|c| 3 + c % 5).collect();
    TextBatch {
        prefixes: Tensor::zeros((groups, 17, 512), DType::F32, &Device::Cpu).unwrap(),
        suffixes: Tensor::zeros((lens.iter().sum(), 512), DType::F32, &Device::Cpu).unwrap(),
        suffix_lens: lens,
        rows: (0..groups * classes).map(|r| (r / classes, r % classes)).collect(),
        deep: vec![],
    }
}

#[test]
fn parts_keep_the_budget() {
    let config = TextConfig::default();
    let budget = TEXT_MEMORY;
    // 32 images x 100 classes: whole images, as many as fit.
    let batch = wide(32, 100);
    let parts = text_parts(&config, &batch, budget, 4).unwrap();
    assert!(TextSize::of(&batch).unwrap().graph_bytes(&config, 4) > 4 * budget);
    assert!(parts.len() > 4 && parts.iter().all(|p| p.len() % 100 == 0), "{parts:?}");
    assert_eq!((parts[0].start, parts[parts.len() - 1].end), (0, 3200));
    for (part, next) in parts.iter().zip(parts.iter().skip(1)) {
        assert_eq!(part.end, next.start);
        let (own, more) = (wide(part.len() / 100, 100), wide(part.len() / 100 + 1, 100));
        let bytes = |b: &TextBatch| TextSize::of(b).unwrap().graph_bytes(&config, 4);
        assert!(bytes(&own) <= budget && bytes(&more) > budget, "{part:?}");
    }
    // An image whose classes are too many is cut alone.
    let parts = text_parts(&config, &wide(3, 1000), budget, 4).unwrap();
    assert!(parts.iter().all(|p| p.start / 1000 == (p.end - 1) / 1000), "{parts:?}");
    assert!(parts.len() >= 6, "{parts:?}");
    // What fits is one part; half the width of a number, half the bytes.
    let one = |rows: usize| std::iter::once(0..rows).collect::<Vec<_>>();
    for classes in [1, 47, 100] {
        assert_eq!(text_parts(&config, &wide(1, classes), budget, 4).unwrap(), one(classes));
    }
    let halves = |each| text_parts(&config, &wide(1, 1000), budget, each).unwrap().len();
    assert_eq!((halves(4), halves(2)), (2, 1));
    assert_eq!(text_parts(&config, &wide(1, 1000), 0, 4).unwrap(), one(1000));
}

#[test]
fn parts_are_one_pass_and_one_backward_pass() {
    let clip = FrozenClip::load(&ModelSource::BuiltIn, &Device::Cpu).unwrap();
    assert_eq!(clip.text_memory(), TEXT_MEMORY);
    let clip = clip.with_text_memory(1);
    let context = Var::from_tensor(&normal(&[1, 3, clip.text_width()], 0)).unwrap();
    let batch = TextBatch {
        prefixes: context.as_tensor().clone(),
        suffixes: clip.embed_tokens(&[5, clip.tokenizer().end(), clip.tokenizer().end()]).unwrap(),
        suffix_lens: vec![2, 1],
        rows: vec![(0, 0), (0, 1)],
        deep: vec![],
    };
    assert_eq!(clip.text_parts(&batch).unwrap(), [0..1, 1..2]);
    let features = clip.encode_text(&batch).unwrap();
    features.sqr().unwrap().sum_all().unwrap().backward().unwrap();
    let passes = clip.passes();
    assert_eq!((passes.text, passes.text_rows, passes.text_backward), (1, 2, 1));
}
