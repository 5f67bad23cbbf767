//! Co-training against the method as it is written down (SPEC D.10), word for word: six image
//! passes and six text passes of 77 tokens a step, sums by hand, the optimiser by hand.

use crate::common::{World, distance, epoch_rng, flat, parameters, state};
use crate::coop::plain_text;
use candle_core::{D, DType, Tensor, Var};
use mlpt_core::config::Value;
use mlpt_core::data::{Batch, fewshot_indices};
use mlpt_core::mixture::{self, MixtureConfig};
use mlpt_core::rng::RngTree;
use rand::seq::SliceRandom;
use rand_distr::{Beta, Distribution};

const NAMES: [&str; 2] = ["prompt_learner1", "prompt_learner2"];

/// Temperature times cosine, from unnormalised image features and unit text features.
pub fn logits(world: &World, features: &Tensor, text: &Tensor) -> Tensor {
    let length = features.sqr().unwrap().sum_keepdim(D::Minus1).unwrap().sqrt().unwrap();
    let unit = features.broadcast_div(&length).unwrap();
    (unit.matmul(&text.t().unwrap()).unwrap() * world.clip.logit_scale()).unwrap()
}

struct Twin {
    ctx: Var,
    momentum: Tensor,
}

struct Literal<'a> {
    world: &'a World,
    twins: [Twin; 2],
    one_hot: bool,
    gce: bool,
    lambda_u: f64,
    views: usize,
    /// The parameter of Beta, where images are mixed.
    mixup: Option<f64>,
    steps: usize,
    rounds: usize,
}

impl Literal<'_> {
    /// One forward pass of a learner through both towers.
    fn forward(&self, learner: usize, pixels: &Tensor) -> Tensor {
        let text = plain_text(self.world, self.twins[learner].ctx.as_tensor(), "end");
        logits(self.world, &self.world.clip.encode_images(pixels).unwrap(), &text)
    }

    fn probabilities(&self, learner: usize, pixels: &Tensor) -> Vec<Vec<f64>> {
        host(&softmax(&self.forward(learner, pixels)))
    }

    /// Clean probabilities of the pool in a learner's eyes.
    fn eval_train(&self, learner: usize, rng: &RngTree) -> Vec<f64> {
        let pool = &self.world.data.pool;
        let everyone = (0..pool.len()).collect();
        let loader = &self.world.data.test_loader;
        let mut losses = Vec::new();
        for batch in loader.batches(pool, everyone, 5, false, &RngTree::new(0)) {
            let batch = batch.unwrap();
            let p = self.probabilities(learner, &batch.images().unwrap());
            losses.extend(p.iter().zip(&batch.labels).map(|(p, &y)| -p[y].ln()));
        }
        mixture::fit(&losses, &MixtureConfig { max_iter: 10, tol: 1e-2, reg_covar: 5e-4 }, rng)
            .unwrap()
            .clean_probability
    }

    fn sharpen(&self, p: &[f64]) -> Vec<f64> {
        let powers: Vec<f64> = p.iter().map(|p| p.powf(1.0 / 0.5)).collect();
        let sum: f64 = powers.iter().sum();
        let t: Vec<f64> = powers.iter().map(|p| p / sum).collect();
        assert!((t.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        if !self.one_hot {
            return t;
        }
        let top = t.iter().copied().fold(0.0, f64::max);
        t.iter().map(|&p| f64::from(u8::from(p == top))).collect()
    }

    /// The mean over the views of both learners' probabilities.
    fn opinion(&self, me: usize, peer: usize, views: &[Batch]) -> Vec<Vec<f64>> {
        let all: Vec<_> =
            views.iter().flat_map(|v| [me, peer].map(|who| self.probabilities(who, &v.images().unwrap()))).collect();
        let mean = |b: usize, c: usize| all.iter().map(|p| p[b][c]).sum::<f64>() / all.len() as f64;
        (0..all[0].len()).map(|b| (0..3).map(|c| mean(b, c)).collect()).collect()
    }

    fn step(&mut self, [me, peer]: [usize; 2], x: &[Batch], u: &[Batch], clean: &[f64], lr: f64, rng: &RngTree) {
        let given = |b: usize, c: usize| f64::from(u8::from(c == x[0].labels[b]));
        let tx = self.opinion(me, peer, x).into_iter().enumerate().map(|(b, p)| {
            let w = clean[x[0].indices[b]];
            let mixed = p.into_iter().enumerate().map(|(c, p)| w * given(b, c) + (1.0 - w) * p);
            self.sharpen(&mixed.collect::<Vec<_>>())
        });
        let tx: Vec<Vec<f64>> = tx.collect();
        let tu: Vec<Vec<f64>> = self.opinion(me, peer, u).iter().map(|p| self.sharpen(p)).collect();

        // Once more, now for the gradient: every view, mixed with the others where that is asked for.
        let pixels: Vec<Tensor> = x.iter().chain(u).map(|view| view.images().unwrap()).collect();
        let mut pixels = Tensor::cat(&pixels, 0).unwrap();
        let mut targets = [vec![tx; x.len()].concat(), vec![tu; u.len()].concat()].concat();
        if let Some(alpha) = self.mixup {
            let share: f64 = Beta::new(alpha, alpha).unwrap().sample(&mut rng.child("share").rng());
            let share = if share < 0.5 { 1.0 - share } else { share };
            let mut partner: Vec<usize> = (0..targets.len()).collect();
            partner.shuffle(&mut rng.child("partner").rng());
            assert!(share < 0.999 && partner.iter().enumerate().any(|(i, &j)| i != j));
            let rows = partner.iter().map(|&j| pixels.get(j).unwrap()).collect::<Vec<_>>();
            let others = (Tensor::stack(&rows, 0).unwrap() * (1.0 - share)).unwrap();
            pixels = ((pixels * share).unwrap() + others).unwrap();
            let mix = |i: usize, c: usize| share * targets[i][c] + (1.0 - share) * targets[partner[i]][c];
            targets = (0..targets.len()).map(|i| (0..3).map(|c| mix(i, c)).collect()).collect();
        }
        let cut = x.len() * x[0].labels.len();
        let (zx, zu) = {
            let part = |from: usize, to: usize| self.forward(me, &pixels.narrow(0, from, to - from).unwrap());
            (part(0, cut), part(cut, targets.len()))
        };
        let (tx, tu) = (tensor(&targets[..cut], &zx), tensor(&targets[cut..], &zu));
        let per_class = if self.gce {
            // (1 - p^q) / q with q = 1/2, and the epsilon of the published code.
            ((softmax(&zx) + 1e-6).unwrap().sqrt().unwrap() * -2.0).unwrap().affine(1.0, 2.0).unwrap()
        } else {
            softmax(&zx).log().unwrap().neg().unwrap()
        };
        let lx = ((tx * per_class).unwrap().sum_all().unwrap() / cut as f64).unwrap();
        let cells = ((targets.len() - cut) * 3) as f64;
        let lu = ((softmax(&zu) - tu).unwrap().sqr().unwrap().sum_all().unwrap() / cells).unwrap();
        let loss = (lx + (lu * self.lambda_u).unwrap()).unwrap();
        let gradients = loss.backward().unwrap();

        let twin = &mut self.twins[me];
        let w = twin.ctx.as_detached_tensor();
        let g = (gradients.get(twin.ctx.as_tensor()).unwrap().detach() + (&w * 5e-4).unwrap()).unwrap();
        twin.momentum = ((&twin.momentum * 0.9).unwrap() + g).unwrap();
        twin.ctx.set(&(w - (&twin.momentum * lr).unwrap()).unwrap()).unwrap();
        self.steps += 1;
    }

    fn epoch(&mut self, epoch: usize, lr: f64) {
        let rng = epoch_rng(epoch);
        let of = |learner: usize| rng.child(NAMES[learner]);
        let clean = [0, 1].map(|i| self.eval_train(i, &of(i).child("mixture")));
        let data = &self.world.data;
        let labels: Vec<usize> = data.pool.iter().map(|item| item.label).collect();
        let splits = [0, 1].map(|me| {
            let prob = &clean[1 - me];
            let labelled: Vec<usize> = (0..prob.len()).filter(|&i| prob[i] > 0.5).collect();
            let unlabelled: Vec<usize> = (0..prob.len()).filter(|&i| prob[i] <= 0.5).collect();
            let pick = of(me).child("pick");
            let x = fewshot_indices(&labels, &labelled, 4, &pick.child("x"));
            (x, fewshot_indices(&labels, &unlabelled, 1, &pick.child("u")))
        });
        for (me, (x, u)) in splits.iter().enumerate() {
            let count = self.views;
            let rows = |chosen: &[usize], stream, rng: &RngTree| -> Vec<Vec<Batch>> {
                let views = data.train_views(&data.pool, chosen, stream, rng, count).unwrap();
                let views: Vec<Vec<Batch>> = views.into_iter().map(|v| v.map(Result::unwrap).collect()).collect();
                (0..views[0].len()).map(|n| views.iter().map(|view| view[n].clone()).collect()).collect()
            };
            let batches = rows(x, &data.train_x, &of(me).child("x"));
            let mut rest: Vec<Vec<Batch>> = Vec::new();
            let mut round = 0;
            for (n, x) in batches.iter().enumerate() {
                if rest.is_empty() {
                    rest = rows(u, &data.train_u, &of(me).child("u").at(round));
                    round += 1;
                }
                let u = rest.remove(0);
                let distinct =
                    x.iter().skip(1).all(|view| flat(&view.images().unwrap()) != flat(&x[0].images().unwrap()));
                assert!(x.len() == count && distinct && x.iter().all(|view| view.indices == x[0].indices));
                self.step([me, 1 - me], x, &u, &clean[1 - me], lr, &of(me).child("mixup").at(n + 1));
            }
            self.rounds = self.rounds.max(round);
        }
    }
}

fn softmax(z: &Tensor) -> Tensor {
    let e = z.broadcast_sub(&z.detach().max_keepdim(D::Minus1).unwrap()).unwrap().exp().unwrap();
    e.broadcast_div(&e.sum_keepdim(D::Minus1).unwrap()).unwrap()
}

fn host(p: &Tensor) -> Vec<Vec<f64>> {
    p.detach().to_dtype(DType::F64).unwrap().to_vec2().unwrap()
}

fn tensor(rows: &[Vec<f64>], like: &Tensor) -> Tensor {
    Tensor::from_vec(rows.concat(), like.dims(), like.device()).unwrap().to_dtype(DType::F32).unwrap()
}

/// How the literal method goes about it; the settings say the same to ours.
#[derive(Clone, Copy)]
struct Way {
    one_hot: bool,
    gce: bool,
    lambda_u: f64,
    views: usize,
    mixup: Option<f64>,
}

const PLAIN: Way = Way { one_hot: false, gce: false, lambda_u: 1.0, views: 1, mixup: None };

fn compare(extra: &[(&str, Value)], way: Way) {
    let mut set = vec![
        ("DATALOADER.TRAIN_X.BATCH_SIZE", 2.into()),
        ("TRAINER.MLPT.N_CTX", 4.into()),
        ("TRAINER.MLPT.X_SHOTS", 4.into()),
        ("TRAINER.MLPT.U_SHOTS", 1.into()),
    ];
    set.extend(extra.iter().cloned());
    let world = World::new("MLPT", &set);
    let mut trainer = world.trainer(4).unwrap();
    world.epoch(&mut *trainer, 0).unwrap();
    let twins = trainer.learners().into_iter().map(|learner| Twin {
        ctx: Var::from_tensor(&learner.parameters[0].var.as_detached_tensor().copy().unwrap()).unwrap(),
        momentum: trainer.state().tensors[&format!("{}.ctx.momentum", learner.name)].copy().unwrap(),
    });
    let twins: Vec<Twin> = twins.collect();
    let twins: [Twin; 2] = twins.try_into().ok().unwrap();
    let Way { one_hot, gce, lambda_u, views, mixup } = way;
    let mut literal = Literal { world: &world, twins, one_hot, gce, lambda_u, views, mixup, steps: 0, rounds: 0 };
    let before = parameters(&*trainer);
    let (_, told) = world.epoch(&mut *trainer, 1).unwrap();
    literal.epoch(1, told.steps[0].lr);

    assert_eq!(literal.steps, told.steps.len());
    let of = |name: &str| told.steps.iter().filter(|s| s.learner == name).count();
    assert!(NAMES.iter().all(|name| of(name) >= 2) && literal.rounds >= 2, "{} steps", literal.steps);
    let (after, momenta) = (parameters(&*trainer), state(&*trainer));
    for (name, twin) in NAMES.iter().zip(&literal.twins) {
        let ctx = format!("{name}.ctx");
        let moved = distance(&after[&ctx], &before[&ctx]);
        let apart = distance(&after[&ctx], &flat(twin.ctx.as_tensor()));
        assert!(moved > 1e-3 && apart < 1e-5, "{ctx}: moved {moved}, apart {apart}");
        let apart = distance(&momenta[&format!("{ctx}.momentum")], &flat(&twin.momentum));
        assert!(apart < 1e-5, "momentum of {ctx}: apart {apart}");
    }
}

fn lambda(value: f64) -> (&'static str, Value) {
    ("TRAINER.MLPT.LAMBDA_U", value.into())
}

#[test]
fn soft_targets() {
    compare(&[], PLAIN);
}

#[test]
fn one_hot_targets_and_a_heavy_unlabelled_part() {
    let set = [("TRAINER.MLPT.TARGETS", "onehot".into()), lambda(20.0)];
    compare(&set, Way { one_hot: true, lambda_u: 20.0, ..PLAIN });
}

#[test]
fn generalized_cross_entropy() {
    let set = [("LOSS.NAME", "gce".into()), ("TRAINER.MLPT.WARMUP_LOSS", "ce".into()), lambda(5.0)];
    compare(&set, Way { gce: true, lambda_u: 5.0, ..PLAIN });
}

#[test]
fn several_views_under_a_rising_weight() {
    let mut set = vec![("TRAINER.MLPT.VIEWS", 3.into()), lambda(20.0)];
    compare(&set, Way { views: 3, lambda_u: 20.0, ..PLAIN });
    // In the mutual phase's first epoch the weight has not risen yet.
    set.push(("TRAINER.MLPT.RAMP_UP", 4.into()));
    compare(&set, Way { views: 3, lambda_u: 0.0, ..PLAIN });
}

#[test]
fn mixed_images() {
    let mut set = vec![("TRAINER.MLPT.MIXUP", true.into()), lambda(20.0)];
    let way = Way { mixup: Some(4.0), lambda_u: 20.0, ..PLAIN };
    compare(&set, way);
    set.extend([("TRAINER.MLPT.VIEWS", 2.into()), ("TRAINER.MLPT.ALPHA", 0.75.into())]);
    compare(&set, Way { mixup: Some(0.75), views: 2, ..way });
}
