//! A gradient reaches every trainable tensor of every trainer, in every phase.

use crate::common::{World, parameters};
use mlpt_core::config::Value;

fn everything_moves(trainer: &str, set: &[(&str, Value)], epochs: usize) {
    let world = World::new(trainer, set);
    let mut made = world.trainer(1).unwrap();
    for epoch in 0..epochs {
        let before = parameters(&*made);
        let (report, told) = world.epoch(&mut *made, epoch).unwrap();
        assert!(!told.steps.is_empty());
        for step in &told.steps {
            assert!(step.grad_norm.is_finite() && step.grad_norm > 1e-6, "{trainer} {set:?}: {step:?}");
        }
        assert!(report.losses.iter().all(|(_, loss)| loss.is_finite()));
        for (name, values) in parameters(&*made) {
            // Weight decay alone moves a value by lr * wd * value: far less than this.
            let old = &before[&name];
            let moved = values.chunks(32).zip(old.chunks(32));
            for (token, (new, old)) in moved.enumerate() {
                let most = new.iter().zip(old).map(|(a, b)| (a - b).abs()).fold(0f32, f32::max);
                assert!(most > 1e-5, "{trainer} {set:?}: token {token} of {name} moved by {most}");
            }
        }
    }
}

#[test]
fn of_coop() {
    for position in ["end", "middle", "front"] {
        for csc in [false, true] {
            for loss in ["ce", "gce"] {
                let set = [
                    ("TRAINER.COOP.CLASS_TOKEN_POSITION", position.into()),
                    ("TRAINER.COOP.CSC", csc.into()),
                    ("TRAINER.COOP.N_CTX", 4.into()),
                    ("LOSS.NAME", loss.into()),
                ];
                everything_moves("CoOp", &set, 1);
            }
        }
    }
}

#[test]
fn of_maple() {
    let set = [
        ("TRAINER.MAPLE.N_CTX", 2.into()),
        ("TRAINER.MAPLE.CTX_INIT", "a photo of a".into()),
        ("TRAINER.MAPLE.PROMPT_DEPTH", 1.into()),
    ];
    everything_moves("MaPLe", &set, 1);
}

/// Of the weights only rows that win somewhere get a gradient.
#[test]
fn of_rmaple() {
    for loss in ["ce", "gce"] {
        everything_moves("RMaPLe", &[("TRAINER.RMAPLE.PROMPT_DEPTH", 1.into()), ("LOSS.NAME", loss.into())], 1);
    }
}

#[test]
fn of_cocoop() {
    for loss in ["ce", "gce"] {
        everything_moves("CoCoOp", &[("TRAINER.COCOOP.N_CTX", 4.into()), ("LOSS.NAME", loss.into())], 1);
    }
}

#[test]
fn of_vpt_and_ivlp() {
    everything_moves("VPT", &[], 1);
    let set = [("TRAINER.IVLP.PROMPT_DEPTH_TEXT", 2.into()), ("TRAINER.IVLP.PROMPT_DEPTH_VISION", 1.into())];
    everything_moves("IVLP", &set, 1);
    let language_only = [set[0].clone(), ("TRAINER.IVLP.PROMPT_DEPTH_VISION", 0.into())];
    everything_moves("IVLP", &language_only, 1);
}

#[test]
fn of_mlpt_in_both_phases() {
    for (position, loss) in [("end", "ce"), ("front", "gce")] {
        let set = [
            ("TRAINER.MLPT.CLASS_TOKEN_POSITION", position.into()),
            ("TRAINER.MLPT.N_CTX", 4.into()),
            ("LOSS.NAME", loss.into()),
        ];
        everything_moves("MLPT", &set, 2);
    }
}
