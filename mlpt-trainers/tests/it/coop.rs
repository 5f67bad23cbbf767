//! The CoOp mechanism against the plain path: whole prompts of 77 tokens.

use crate::common::{World, distance, flat};
use candle_core::{D, DType, Tensor};
use mlpt_core::config::{Config, Origin, Scope, Value};
use mlpt_core::prompt::{LearnerContext, PromptLearner};
use mlpt_core::rng::RngTree;
use mlpt_trainers::mechanisms::CoOp;

fn coop(world: &World, set: &[(&str, Value)], class_names: &[String]) -> mlpt_core::Result<CoOp> {
    let mut config: Config = world.config.clone();
    for (key, value) in set {
        config.set(&format!("TRAINER.COOP.{key}"), value.clone(), Origin::Override);
    }
    let scope = Scope::new(&config, ["TRAINER.COOP".to_owned()]);
    CoOp::new(&LearnerContext { clip: &world.clip, class_names, scope, rng: RngTree::new(1) })
}

/// Class features `[C, E]` from 77 tokens a class, put together by hand.
pub fn plain_text(world: &World, ctx: &Tensor, position: &str) -> Tensor {
    let tokenizer = world.clip.tokenizer();
    let width = world.clip.text_width();
    let (mut rows, mut ends) = (Vec::new(), Vec::new());
    for (c, name) in world.class_names.iter().enumerate() {
        let name = name.replace('_', " ");
        let ctx = if ctx.rank() == 3 { ctx.get(c).unwrap() } else { ctx.clone() };
        let m = ctx.dim(0).unwrap();
        let embed = |ids: &[u32]| world.clip.embed_tokens(ids).unwrap();
        let class = embed(&tokenizer.encode(&name).unwrap());
        let rest = embed(&[tokenizer.encode(".").unwrap(), vec![tokenizer.end()]].concat());
        let half = m / 2;
        let parts = match position {
            "end" => vec![ctx, class, rest],
            "middle" => {
                let second = ctx.narrow(0, half, m - half).unwrap();
                vec![ctx.narrow(0, 0, half).unwrap(), class, second, rest]
            }
            _ => vec![class, ctx, rest],
        };
        let parts = [vec![embed(&[tokenizer.start()])], parts].concat();
        let prompt = Tensor::cat(&parts, 0).unwrap();
        let len = prompt.dim(0).unwrap();
        // What stands after the end must not matter.
        let pads = Tensor::ones((77 - len, width), DType::F32, world.clip.device()).unwrap();
        rows.push(Tensor::cat(&[prompt, pads], 0).unwrap());
        ends.push(len - 1);
    }
    let features = world.model.text().forward_plain(&Tensor::stack(&rows, 0).unwrap(), &ends, &[]).unwrap();
    let length = features.sqr().unwrap().sum_keepdim(D::Minus1).unwrap().sqrt().unwrap();
    features.broadcast_div(&length).unwrap()
}

#[test]
fn every_arrangement_equals_the_plain_path_with_its_gradient() {
    let world = World::new("CoOp", &[]);
    for position in ["end", "middle", "front"] {
        for csc in [false, true] {
            let set = [("CLASS_TOKEN_POSITION", position.into()), ("CSC", csc.into()), ("N_CTX", 5.into())];
            let coop = coop(&world, &set, &world.class_names).unwrap();
            let parameters = coop.parameters();
            assert_eq!((parameters.len(), parameters[0].name.as_str()), (1, "ctx"));
            let ctx = &parameters[0].var;
            assert_eq!(ctx.dims(), if csc { vec![3, 5, 32] } else { vec![5, 32] });

            // Any weights will do for a loss that tells all classes and widths apart.
            let mix = Tensor::arange(0f32, 3.0 * 24.0, world.clip.device()).unwrap().reshape((3, 24)).unwrap();
            let loss = |x: &Tensor| (x * mix.cos().unwrap()).unwrap().sum_all().unwrap();
            let ours = coop.text(&world.clip).unwrap().unwrap().tensors[0].clone();
            let plain = plain_text(&world, ctx.as_tensor(), position);
            assert!(distance(&flat(&ours), &flat(&plain)) < 1e-5, "{position} {csc}");
            let gradient = |x: &Tensor| flat(loss(x).backward().unwrap().get(ctx.as_tensor()).unwrap());
            let (ours, plain) = (gradient(&ours), gradient(&plain));
            let size = plain.iter().fold(0f32, |a, b| a.max(b.abs()));
            assert!(size > 1e-3 && distance(&ours, &plain) < 1e-5 * size.max(1.0), "{position} {csc}: {size}");
        }
    }
}

#[test]
fn words_to_start_from_are_the_prompt_of_these_words() {
    let world = World::new("CoOp", &[]);
    // CSC is ignored with CTX_INIT, and underscores are spaces.
    let set = [("CTX_INIT", "a_photo_of a".into()), ("CSC", true.into())];
    let coop = coop(&world, &set, &world.class_names).unwrap();
    let prompts: Vec<String> =
        world.class_names.iter().map(|name| format!("a photo of a {}.", name.replace('_', " "))).collect();
    let whole = world.clip.encode_prompts(&prompts).unwrap();
    let length = whole.sqr().unwrap().sum_keepdim(D::Minus1).unwrap().sqrt().unwrap();
    let ours = coop.text(&world.clip).unwrap().unwrap().tensors[0].clone();
    assert!(distance(&flat(&ours), &flat(&whole.broadcast_div(&length).unwrap())) < 1e-5);
    let m = world.clip.tokenizer().encode("a photo of a").unwrap().len();
    assert_eq!(coop.parameters()[0].var.dims(), [m, 32]);
}

#[test]
fn initial_values_are_narrow_and_faults_are_named() {
    let world = World::new("CoOp", &[]);
    let first = flat(coop(&world, &[], &world.class_names).unwrap().parameters()[0].var.as_tensor());
    assert_eq!(first.len(), 16 * 32);
    let variance = first.iter().map(|x| x * x).sum::<f32>() / first.len() as f32;
    assert!((variance.sqrt() - 0.02).abs() < 0.003, "{}", variance.sqrt());

    let names = vec!["short".to_owned(), "word ".repeat(80)];
    let message = coop(&world, &[], &names).err().unwrap().to_string();
    assert!(message.contains("word word") && message.contains("77") && message.contains("N_CTX"), "{message}");
    let message = coop(&world, &[("CLASS_TOKEN_POSITION", "centre".into())], &names).err().unwrap().to_string();
    assert!(message.contains("centre") && message.contains("middle"), "{message}");
    assert!(coop(&world, &[("N_CTX", 0.into())], &names).is_err());
}
