//! Co-training against the method as it is written down (SPEC D.10), word for word: six image
//! passes and six text passes of 77 tokens a step, sums by hand, the optimiser by hand.

use crate::common::{World, distance, epoch_rng, flat, parameters, state};
use crate::coop::plain_text;
use candle_core::{D, DType, Tensor, Var};
use mlpt_core::config::Value;
use mlpt_core::data::{Batch, fewshot_indices};
use mlpt_core::mixture::{self, MixtureConfig};
use mlpt_core::rng::RngTree;

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
            let p = self.probabilities(learner, &batch.images);
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

    fn step(&mut self, me: usize, peer: usize, x: &Batch, u: &Batch, clean: &[f64], lr: f64) {
        let (px, qx) = (self.probabilities(me, &x.images), self.probabilities(peer, &x.images));
        let (pu, qu) = (self.probabilities(me, &u.images), self.probabilities(peer, &u.images));
        let mean = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(p, q)| (p + q) / 2.0).collect::<Vec<_>>();
        let tx: Vec<Vec<f64>> = (0..x.labels.len())
            .map(|b| {
                let w = clean[x.indices[b]];
                let mixed = mean(&px[b], &qx[b]).into_iter().enumerate();
                let y = |c: usize| f64::from(u8::from(c == x.labels[b]));
                self.sharpen(&mixed.map(|(c, p)| w * y(c) + (1.0 - w) * p).collect::<Vec<_>>())
            })
            .collect();
        let tu: Vec<Vec<f64>> = (0..u.labels.len()).map(|b| self.sharpen(&mean(&pu[b], &qu[b]))).collect();

        // Twice more, now for the gradient.
        let (zx, zu) = (self.forward(me, &x.images), self.forward(me, &u.images));
        let (tx, tu) = (tensor(&tx, &zx), tensor(&tu, &zu));
        let per_class = if self.gce {
            // (1 - p^q) / q with q = 1/2, and the epsilon of the published code.
            ((softmax(&zx) + 1e-6).unwrap().sqrt().unwrap() * -2.0).unwrap().affine(1.0, 2.0).unwrap()
        } else {
            softmax(&zx).log().unwrap().neg().unwrap()
        };
        let rows = x.labels.len() as f64;
        let lx = ((tx * per_class).unwrap().sum_all().unwrap() / rows).unwrap();
        let cells = (u.labels.len() * 3) as f64;
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
            let batches = data.train_batches(&data.pool, x, &data.train_x, &of(me).child("x")).unwrap();
            let mut rest: Vec<Batch> = Vec::new();
            let mut round = 0;
            for x in batches {
                if rest.is_empty() {
                    let rng = of(me).child("u").at(round);
                    let again = data.train_batches(&data.pool, u, &data.train_u, &rng).unwrap();
                    rest = again.collect::<Result<_, _>>().unwrap();
                    round += 1;
                }
                let u = rest.remove(0);
                self.step(me, 1 - me, &x.unwrap(), &u, &clean[1 - me], lr);
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

fn compare(extra: &[(&str, Value)], one_hot: bool, gce: bool, lambda_u: f64) {
    let mut set = vec![
        ("DATALOADER.TRAIN_X.BATCH_SIZE", 2.into()),
        ("TRAINER.MLPT.N_CTX", 4.into()),
        ("TRAINER.MLPT.X_SHOTS", 4.into()),
        ("TRAINER.MLPT.U_SHOTS", 1.into()),
        ("TRAINER.MLPT.LAMBDA_U", lambda_u.into()),
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
    let mut literal = Literal { world: &world, twins, one_hot, gce, lambda_u, steps: 0, rounds: 0 };
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

#[test]
fn soft_targets() {
    compare(&[], false, false, 1.0);
}

#[test]
fn one_hot_targets_and_a_heavy_unlabelled_part() {
    compare(&[("TRAINER.MLPT.TARGETS", "onehot".into())], true, false, 20.0);
}

#[test]
fn generalized_cross_entropy() {
    let set = [("LOSS.NAME", "gce".into()), ("TRAINER.MLPT.WARMUP_LOSS", "ce".into())];
    compare(&set, false, true, 5.0);
}
