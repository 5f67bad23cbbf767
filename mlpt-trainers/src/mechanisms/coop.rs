//! Context optimisation (Zhou et al., "Learning to Prompt for Vision-Language Models", IJCV 2022).

use super::cosine::cosine_logits;
use super::cost::of_classes;
use super::draw;
use super::layout::{ClassTokenPosition, ClassTokens};
use candle_core::{DType, Tensor, Var};
use mlpt_core::clip::{FrozenClip, TextBatch};
use mlpt_core::config::Section;
use mlpt_core::estimate::Cost;
use mlpt_core::prompt::{ImageInput, LearnerContext, NamedVar, PromptLearner, TextState};
use mlpt_core::registries::MechanismFactory;
use mlpt_core::registry::Entry;
use mlpt_core::tensor::normalize;
use mlpt_core::{Error, Result};
use std::sync::Arc;

/// Where the mechanism's keys stand.
const SECTION: &str = "TRAINER.COOP";

mlpt_core::section! {
    /// Keys of `TRAINER.COOP`.
    pub struct CoOpConfig {
        /// Number of context tokens; with CTX_INIT the number of its tokens counts instead.
        pub n_ctx: usize = 16, "N_CTX";
        /// A context of its own for every class; ignored with CTX_INIT, as published.
        pub csc: bool = false, "CSC";
        /// Words to start from, such as "a photo of a"; empty: drawn from N(0, 0.02^2).
        pub ctx_init: String = String::new(), "CTX_INIT";
        /// Where the class name stands: end, middle or front.
        pub class_token_position: String = "end".to_owned(), "CLASS_TOKEN_POSITION";
    }
}

pub(super) fn entry() -> Entry<MechanismFactory> {
    let factory: MechanismFactory = Arc::new(|ctx| Ok(Box::new(CoOp::new(ctx)?)));
    Entry::new(
        "CoOp",
        "learnt context tokens around the class name",
        "Context optimisation: N_CTX token embeddings take the place of a prompt's words and are \
         trained through the frozen text tower; shared by all classes or one set a class (CSC), \
         with the class name at the end, in the middle or in front. Zhou et al., IJCV 2022.",
        factory,
    )
    .section(SECTION)
    .keys(CoOpConfig::keys_below(SECTION))
}

/// Where the context goes in the tower's input.
enum Arrangement {
    /// Into the prefix, `[start | ctx]`: it is run once for all classes that share it.
    /// Suffixes `[S, D]` are constant.
    Prefix { suffixes: Tensor },
    /// Into the suffixes: only the start token is shared. `own` `[S', D]` are the class tokens;
    /// `order` picks the rows of `[ctx; own]` that make the packed suffixes.
    Suffix { own: Tensor, order: Tensor },
}

/// The CoOp mechanism. One trainable tensor, `ctx`: `[M, D]`, or `[C, M, D]` with CSC.
pub struct CoOp {
    ctx: Var,
    start: Tensor,
    arrangement: Arrangement,
    suffix_lens: Vec<usize>,
    rows: Vec<(usize, usize)>,
}

impl CoOp {
    /// Tokenises the classes and makes the initial context.
    ///
    /// # Errors
    /// When a setting does not fit, or a prompt is longer than the text tower (the message names
    /// the class).
    pub fn new(ctx: &LearnerContext<'_>) -> Result<Self> {
        let config = CoOpConfig::read(&ctx.scope)?;
        let position: ClassTokenPosition = config.class_token_position.parse()?;
        let tokenizer = ctx.clip.tokenizer();
        let classes: Vec<ClassTokens> =
            ctx.class_names.iter().map(|name| ClassTokens::new(tokenizer, name)).collect::<Result<_>>()?;
        let (var, csc) = initial_context(config.n_ctx, config.csc, &config.ctx_init, ctx)?;
        let m = var.dim(candle_core::D::Minus2)?;
        check_lengths(ctx, &classes, m)?;

        let own = classes.iter().flat_map(|c| &c.ids).copied().collect::<Vec<u32>>();
        let own = ctx.clip.embed_tokens(&own)?;
        let start = ctx.clip.embed_tokens(&[tokenizer.start()])?;
        let own_lens: Vec<usize> = classes.iter().map(|c| c.ids.len()).collect();
        let count = classes.len();
        if position == ClassTokenPosition::End {
            let rows = (0..count).map(|c| (if csc { c } else { 0 }, c)).collect();
            return Ok(Self {
                ctx: var,
                start,
                arrangement: Arrangement::Prefix { suffixes: own },
                suffix_lens: own_lens,
                rows,
            });
        }
        let context_rows = if csc { count * m } else { m };
        let mut order = Vec::new();
        let mut own_row = context_rows;
        for (c, class) in classes.iter().enumerate() {
            order.extend(class.interleave(position, if csc { c * m } else { 0 }, m, own_row));
            own_row += class.ids.len();
        }
        let order = Tensor::new(order, ctx.clip.device())?;
        Ok(Self {
            ctx: var,
            start,
            arrangement: Arrangement::Suffix { own, order },
            suffix_lens: own_lens.iter().map(|len| len + m).collect(),
            rows: (0..count).map(|c| (0, c)).collect(),
        })
    }

    /// The text tower's input, with a graph to the context.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn text_batch(&self) -> Result<TextBatch> {
        let width = self.start.dim(1)?;
        // The towers' compute type may be a smaller one; the context itself stays f32.
        let ctx = self.ctx.as_tensor().to_dtype(self.start.dtype())?;
        let (prefixes, suffixes) = match &self.arrangement {
            Arrangement::Prefix { suffixes } => {
                let ctx = if ctx.rank() == 2 { ctx.unsqueeze(0)? } else { ctx };
                let start = self.start.unsqueeze(0)?.expand((ctx.dim(0)?, 1, width))?;
                (Tensor::cat(&[&start, &ctx], 1)?, suffixes.clone())
            }
            Arrangement::Suffix { own, order } => {
                let table = Tensor::cat(&[&ctx.reshape(((), width))?, own], 0)?;
                (self.start.unsqueeze(0)?, table.index_select(order, 0)?)
            }
        };
        Ok(TextBatch {
            prefixes,
            suffixes,
            suffix_lens: self.suffix_lens.clone(),
            rows: self.rows.clone(),
            deep: Vec::new(),
        })
    }
}

impl PromptLearner for CoOp {
    fn parameters(&self) -> Vec<NamedVar> {
        vec![NamedVar { name: "ctx".to_owned(), var: self.ctx.clone() }]
    }

    /// One tensor: class features `[C, E]` of unit length, f32.
    fn text(&self, clip: &FrozenClip) -> Result<Option<TextState>> {
        let features = clip.encode_text(&self.text_batch()?)?.to_dtype(DType::F32)?;
        Ok(Some(TextState { tensors: vec![normalize(&features)?] }))
    }

    fn cost(&self) -> Result<Option<Cost>> {
        of_classes(&self.text_batch()?, None)
    }

    fn logits(&self, clip: &FrozenClip, text: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor> {
        cosine_logits(clip, text.and_then(|t| t.tensors.first()), images)
    }
}

/// The context's first values: those of the tokens of `words`, or else `n_ctx` drawn ones, with `csc` a set for each
/// class; and whether each class has its own.
pub(super) fn initial_context(n_ctx: usize, csc: bool, words: &str, ctx: &LearnerContext<'_>) -> Result<(Var, bool)> {
    let words = words.replace('_', " ");
    if !words.trim().is_empty() {
        if csc {
            tracing::warn!("CTX_INIT is set: CSC is ignored, all classes share one context");
        }
        let ids = ctx.clip.tokenizer().encode(words.trim())?;
        return Ok((Var::from_tensor(&ctx.clip.embed_tokens(&ids)?.to_dtype(DType::F32)?)?, false));
    }
    if n_ctx == 0 {
        return Err(Error::Config(vec!["N_CTX: at least one context token is needed".to_owned()]));
    }
    let room = ctx.clip.context_length();
    if n_ctx > room {
        return Err(Error::Config(vec![format!("N_CTX is {n_ctx}: the text tower has room for {room} tokens")]));
    }
    let width = ctx.clip.text_width();
    let shape = match csc {
        true => vec![ctx.class_names.len(), n_ctx, width],
        false => vec![n_ctx, width],
    };
    Ok((draw::prompt(&shape, &ctx.rng, ctx.clip.device())?, csc))
}

/// Every prompt must fit the tower: start token, context, class tokens and end.
fn check_lengths(ctx: &LearnerContext<'_>, classes: &[ClassTokens], m: usize) -> Result<()> {
    let room = ctx.clip.context_length();
    let too_long = classes.iter().zip(ctx.class_names).find(|(c, _)| 1 + m + c.ids.len() > room);
    let Some((class, name)) = too_long else { return Ok(()) };
    Err(Error::invalid(format!(
        "the prompt of class '{name}' has {} tokens with a context of {m}, but the text tower has room for {room}: \
         shorten the name or lower N_CTX",
        1 + m + class.ids.len()
    )))
}
