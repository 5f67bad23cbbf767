//! A learnt context in front of the class name, shared by all classes.

use super::draw;
use super::layout::ClassTokens;
use candle_core::{DType, Tensor, Var};
use mlpt_core::clip::TextBatch;
use mlpt_core::prompt::LearnerContext;
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};

/// Up to so many context tokens start from words; more are drawn, as published for MaPLe and IVLP.
const MOST_FROM_WORDS: usize = 4;

/// `[start | ctx | rest | class . end]`.
pub(super) struct Leading {
    /// What is learnt: `[M, D]`.
    pub(super) ctx: Var,
    start: Tensor,
    /// Tokens of the words behind those that are learnt `[R, D]`.
    rest: Option<Tensor>,
    suffixes: Tensor,
    suffix_lens: Vec<usize>,
}

impl Leading {
    /// As MaPLe and IVLP begin: the first `m` tokens of `words` are learnt, those behind them stay; with `m` above 4 or
    /// without words the context is drawn. `key` is the name of the setting that holds `m`.
    ///
    /// # Errors
    /// When there are fewer than `m` tokens, or a prompt is longer than the text tower.
    pub(super) fn from_words(
        ctx: &LearnerContext<'_>,
        m: usize,
        words: &str,
        key: &str,
        rng: &RngTree,
    ) -> Result<Self> {
        let (clip, spoken) = (ctx.clip, words.replace('_', " "));
        let ids = if m <= MOST_FROM_WORDS { clip.tokenizer().encode(spoken.trim())? } else { Vec::new() };
        if ids.is_empty() {
            let var = draw::prompt(&[m, clip.text_width()], rng, clip.device())?;
            return Self::around(ctx, var, None, key);
        }
        if ids.len() < m {
            let fault = format!("{key} is {m}, but CTX_INIT \"{words}\" has {} tokens", ids.len());
            return Err(Error::Config(vec![fault]));
        }
        let rest = if ids.len() > m { Some(clip.embed_tokens(&ids[m..])?) } else { None };
        let var = Var::from_tensor(&clip.embed_tokens(&ids[..m])?.to_dtype(DType::F32)?)?;
        Self::around(ctx, var, rest, key)
    }

    /// Puts the classes behind a context `[M, D]` and behind `rest [R, D]`, which does not learn.
    ///
    /// # Errors
    /// When a prompt is longer than the text tower; the message names the class.
    pub(super) fn around(ctx: &LearnerContext<'_>, var: Var, rest: Option<Tensor>, key: &str) -> Result<Self> {
        let (clip, tokenizer) = (ctx.clip, ctx.clip.tokenizer());
        let classes: Vec<ClassTokens> =
            ctx.class_names.iter().map(|name| ClassTokens::new(tokenizer, name)).collect::<Result<_>>()?;
        let in_front = 1 + var.dim(0)? + rest.as_ref().map_or(Ok(0), |rest| rest.dim(0))?;
        let room = clip.context_length();
        if let Some((class, name)) = classes.iter().zip(ctx.class_names).find(|(c, _)| in_front + c.ids.len() > room) {
            return Err(Error::invalid(format!(
                "the prompt of class '{name}' has {} tokens, but the text tower has room for {room}: shorten the name or \
                 lower {key}",
                in_front + class.ids.len()
            )));
        }
        let own: Vec<u32> = classes.iter().flat_map(|c| &c.ids).copied().collect();
        Ok(Self {
            ctx: var,
            start: clip.embed_tokens(&[tokenizer.start()])?,
            rest,
            suffixes: clip.embed_tokens(&own)?,
            suffix_lens: classes.iter().map(|c| c.ids.len()).collect(),
        })
    }

    /// `C`, the number of classes.
    pub(super) fn classes(&self) -> usize {
        self.suffix_lens.len()
    }

    /// The text tower's input, with a graph to the context. `deep [M, D]` takes the context's place before the second
    /// layer, the third, and so on.
    pub(super) fn batch(&self, deep: &[Var]) -> Result<TextBatch> {
        let mut layers = vec![None];
        for prompt in deep {
            layers.push(Some(prompt.as_tensor().unsqueeze(0)?));
        }
        self.with_contexts(&self.ctx.as_tensor().unsqueeze(0)?, layers)
    }

    /// The same for each of `B` contexts `[B, M, D]`: row `b C + c` is class `c` behind context `b`.
    pub(super) fn with_contexts(&self, contexts: &Tensor, deep: Vec<Option<Tensor>>) -> Result<TextBatch> {
        let (groups, _, width) = contexts.dims3()?;
        let repeat = |x: &Tensor| x.unsqueeze(0)?.expand((groups, x.dim(0)?, width));
        let mut front = vec![repeat(&self.start)?, contexts.clone()];
        if let Some(rest) = &self.rest {
            front.push(repeat(rest)?);
        }
        let classes = self.classes();
        Ok(TextBatch {
            prefixes: Tensor::cat(&front, 1)?,
            suffixes: self.suffixes.clone(),
            suffix_lens: self.suffix_lens.clone(),
            rows: (0..groups).flat_map(|group| (0..classes).map(move |class| (group, class))).collect(),
            deep,
        })
    }
}
