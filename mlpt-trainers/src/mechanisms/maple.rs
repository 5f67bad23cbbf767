//! Multi-modal prompt learning (Khattak et al., "MaPLe: Multi-modal Prompt Learning", CVPR 2023).

use super::draw;
use super::layout::ClassTokens;
use candle_core::{DType, Tensor, Var};
use mlpt_core::clip::{FrozenClip, TextBatch};
use mlpt_core::config::Section;
use mlpt_core::prompt::{ImageInput, ImageSide, LearnerContext, NamedVar, PromptLearner, TextState};
use mlpt_core::registries::MechanismFactory;
use mlpt_core::registry::Entry;
use mlpt_core::tensor::normalize;
use mlpt_core::{Error, Result};
use std::sync::Arc;

/// Where the mechanism's keys stand.
const SECTION: &str = "TRAINER.MAPLE";
/// Up to so many context tokens start from CTX_INIT; more are drawn, as published.
const MOST_FROM_WORDS: usize = 4;

mlpt_core::section! {
    /// Keys of `TRAINER.MAPLE`.
    pub struct MaPLeConfig {
        /// Number of context tokens, in every layer that has its own and in both towers.
        pub n_ctx: usize = 2, "N_CTX";
        /// Words of the prompt. The first N_CTX of its tokens are learnt, those behind them stay; with N_CTX above 4,
        /// or without words, the context is drawn from N(0, 0.02^2).
        pub ctx_init: String = "a photo of a".to_owned(), "CTX_INIT";
        /// Number of layers that have prompts of their own, the first included.
        pub prompt_depth: usize = 9, "PROMPT_DEPTH";
    }
}

pub(super) fn entry() -> Entry<MechanismFactory> {
    let factory: MechanismFactory = Arc::new(|ctx| Ok(Box::new(MaPLe::new(ctx)?)));
    Entry::new(
        "MaPLe",
        "coupled prompts in both towers, layer by layer",
        "Multi-modal prompt learning: context tokens in the text tower, new ones in each of the first \
         PROMPT_DEPTH layers, and a linear map from each to the tokens of the image tower's layer. Needs a \
         vision transformer. Khattak et al., CVPR 2023.",
        factory,
    )
    .section(SECTION)
    .keys(MaPLeConfig::keys_below(SECTION))
}

/// A linear layer `[O, I]` with bias that learns.
struct Map {
    weight: Var,
    bias: Var,
}

impl Map {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        Ok(x.matmul(&self.weight.as_tensor().t()?)?.broadcast_add(self.bias.as_tensor())?)
    }
}

/// The MaPLe mechanism. Trainable: `ctx [M, D]`, `proj`, and for each further layer `compound_prompts_text.i [M, D]`
/// and `compound_prompt_projections.i`, all under the names of the published checkpoints.
pub struct MaPLe {
    ctx: Var,
    map: Map,
    deeper: Vec<(Var, Map)>,
    start: Tensor,
    /// Tokens of CTX_INIT behind those that are learnt `[R, D]`.
    rest: Option<Tensor>,
    suffixes: Tensor,
    suffix_lens: Vec<usize>,
}

impl MaPLe {
    /// Tokenises the classes and makes the initial prompts.
    ///
    /// # Errors
    /// When a setting does not fit the model, or a prompt is longer than the text tower (the message names the class).
    pub fn new(ctx: &LearnerContext<'_>) -> Result<Self> {
        let config = MaPLeConfig::read(&ctx.scope)?;
        let (clip, device) = (ctx.clip, ctx.clip.device());
        let image_width = clip.image_width().ok_or_else(|| {
            Error::Config(vec![format!("MaPLe puts prompts into a vision transformer; {} has a ResNet", clip.name())])
        })?;
        check(&config, clip)?;
        let (m, width) = (config.n_ctx, clip.text_width());
        let tokenizer = clip.tokenizer();
        let words = config.ctx_init.replace('_', " ");
        let words = if m <= MOST_FROM_WORDS { tokenizer.encode(words.trim())? } else { Vec::new() };
        let (context, rest) = if words.is_empty() {
            (draw::prompt(&[m, width], &ctx.rng.child("ctx"), device)?, None)
        } else if words.len() < m {
            return Err(Error::Config(vec![format!(
                "N_CTX is {m}, but CTX_INIT \"{}\" has {} tokens",
                config.ctx_init,
                words.len()
            )]));
        } else {
            let rest = if words.len() > m { Some(clip.embed_tokens(&words[m..])?) } else { None };
            (Var::from_tensor(&clip.embed_tokens(&words[..m])?.to_dtype(DType::F32)?)?, rest)
        };

        let classes: Vec<ClassTokens> =
            ctx.class_names.iter().map(|name| ClassTokens::new(tokenizer, name)).collect::<Result<_>>()?;
        let in_front = 1 + m.max(words.len());
        let room = clip.context_length();
        if let Some((class, name)) = classes.iter().zip(ctx.class_names).find(|(c, _)| in_front + c.ids.len() > room) {
            return Err(Error::invalid(format!(
                "the prompt of class '{name}' has {} tokens, but the text tower has room for {room}: shorten the name or \
                 lower N_CTX",
                in_front + class.ids.len()
            )));
        }
        let own: Vec<u32> = classes.iter().flat_map(|c| &c.ids).copied().collect();

        let map = |name: &str| -> Result<Map> {
            let rng = ctx.rng.child(name);
            let weight = draw::linear(&[image_width, width], width, &rng.child("weight"), device)?;
            Ok(Map { weight, bias: draw::linear(&[image_width], width, &rng.child("bias"), device)? })
        };
        // As published, all maps of the deeper layers start alike, and so from one name.
        let deeper = (1..config.prompt_depth)
            .map(|i| Ok((draw::prompt(&[m, width], &ctx.rng.child(&format!("deep{i}")), device)?, map("projections")?)))
            .collect::<Result<_>>()?;
        Ok(Self {
            ctx: context,
            map: map("proj")?,
            deeper,
            start: clip.embed_tokens(&[tokenizer.start()])?,
            rest,
            suffixes: clip.embed_tokens(&own)?,
            suffix_lens: classes.iter().map(|c| c.ids.len()).collect(),
        })
    }

    /// The text tower's input, with a graph to all prompts.
    fn text_batch(&self, layers: usize) -> Result<TextBatch> {
        let mut front = vec![self.start.clone(), self.ctx.as_tensor().clone()];
        front.extend(self.rest.clone());
        let mut deep: Vec<Option<Tensor>> = vec![None; layers];
        for (slot, (prompt, _)) in deep.iter_mut().skip(1).zip(&self.deeper) {
            *slot = Some(prompt.as_tensor().unsqueeze(0)?);
        }
        Ok(TextBatch {
            prefixes: Tensor::cat(&front, 0)?.unsqueeze(0)?,
            suffixes: self.suffixes.clone(),
            suffix_lens: self.suffix_lens.clone(),
            rows: (0..self.suffix_lens.len()).map(|c| (0, c)).collect(),
            deep,
        })
    }
}

impl PromptLearner for MaPLe {
    fn parameters(&self) -> Vec<NamedVar> {
        let named = |name: String, var: &Var| NamedVar { name, var: var.clone() };
        let mut all = vec![named("ctx".to_owned(), &self.ctx)];
        let map = |name: String, map: &Map, all: &mut Vec<NamedVar>| {
            all.push(named(format!("{name}.weight"), &map.weight));
            all.push(named(format!("{name}.bias"), &map.bias));
        };
        map("proj".to_owned(), &self.map, &mut all);
        for (i, (prompt, projection)) in self.deeper.iter().enumerate() {
            all.push(named(format!("compound_prompts_text.{i}"), prompt));
            map(format!("compound_prompt_projections.{i}"), projection, &mut all);
        }
        all
    }

    /// Class features `[C, E]` of unit length, then the image tower's tokens `[M, D]` for each layer that has its own.
    fn text(&self, clip: &FrozenClip) -> Result<Option<TextState>> {
        let features = clip.encode_text(&self.text_batch(clip.text_layers())?)?.to_dtype(DType::F32)?;
        let mut tensors = vec![normalize(&features)?, self.map.apply(self.ctx.as_tensor())?];
        for (prompt, map) in &self.deeper {
            tensors.push(map.apply(prompt.as_tensor())?);
        }
        Ok(Some(TextState { tensors }))
    }

    fn logits(&self, clip: &FrozenClip, text: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor> {
        let Some([classes, prompts @ ..]) = text.map(|t| t.tensors.as_slice()) else {
            return Err(Error::invalid("the logits were asked for without the text pass"));
        };
        let ImageInput::Pixels(pixels) = images else {
            return Err(Error::invalid("MaPLe changes the image tower: it needs pixels, not features"));
        };
        let prompts: Vec<Option<Tensor>> = prompts.iter().cloned().map(Some).collect();
        let images = normalize(&clip.encode_images_prompted(pixels, &prompts)?)?;
        Ok((images.matmul(&classes.t()?)? * clip.logit_scale())?)
    }

    fn image_side(&self) -> ImageSide {
        ImageSide::Prompted
    }
}

fn check(config: &MaPLeConfig, clip: &FrozenClip) -> Result<()> {
    let mut faults = Vec::new();
    let layers = clip.text_layers().min(clip.image_layers());
    if !(1..=layers).contains(&config.prompt_depth) {
        faults.push(format!(
            "PROMPT_DEPTH is {}: it can be 1 to {layers}, the layers of both towers",
            config.prompt_depth
        ));
    }
    if config.n_ctx == 0 || config.n_ctx + 2 > clip.context_length() {
        let most = clip.context_length() - 2;
        faults.push(format!("N_CTX is {}: it can be 1 to {most}", config.n_ctx));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Config(faults)) }
}
