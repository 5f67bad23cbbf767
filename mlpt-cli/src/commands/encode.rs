//! `mlpt encode`: features of pictures and texts, and which text fits a picture best.

use crate::args::EncodeArgs;
use crate::download::fetch;
use crate::output::{print, table};
use anyhow::{Context, Result};
use candle_core::{D, DType, Device, Tensor};
use mlpt_core::clip::FrozenClip;
use mlpt_core::files::write_atomic;
use mlpt_core::tensor::{normalize, parse_dtype, pick_device, softmax};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Runs the command.
///
/// # Errors
/// When there is no such model or picture, a text is too long, or the output cannot be written.
pub fn encode(args: &EncodeArgs) -> Result<()> {
    let device = pick_device(&args.device)?;
    let (dtype, notice) = parse_dtype(&args.prec, &device)?;
    if let Some(notice) = notice {
        tracing::warn!("{notice}");
    }
    let (source, _) = fetch(&args.backbone)?;
    let clip = FrozenClip::load_as(&source, &device, dtype)?;
    // Texts first: a slip there should not cost the time of many pictures.
    let ids = args.text.iter().map(|t| clip.tokenizer().tokenize_full(t)).collect::<mlpt_core::Result<Vec<_>>>()?;
    let texts = clip.encode_prompts(&args.text)?.to_device(&Device::Cpu)?;
    let images = clip.encode_files(&args.image)?.to_device(&Device::Cpu)?;
    let encoded = Encoded { clip: &clip, args, ids, images, texts };
    if let Some(path) = &args.out {
        encoded.write(path)?;
    }
    print(&if args.json { serde_json::to_string_pretty(&encoded.json()?)? } else { encoded.text()? })?;
    Ok(())
}

/// Everything that is known in the end; tensors are on the CPU.
struct Encoded<'a> {
    clip: &'a FrozenClip,
    args: &'a EncodeArgs,
    ids: Vec<Vec<u32>>,
    images: Tensor,
    texts: Tensor,
}

impl Encoded<'_> {
    /// `[N, M]`: over the texts, for every image; `None` where one of the two is missing.
    fn probabilities(&self) -> Result<Option<Vec<Vec<f32>>>> {
        if self.args.image.is_empty() || self.args.text.is_empty() {
            return Ok(None);
        }
        let cosines = normalize(&self.images)?.matmul(&normalize(&self.texts)?.t()?)?;
        Ok(Some(softmax(&(cosines * self.clip.logit_scale())?)?.to_vec2()?))
    }

    fn json(&self) -> Result<Value> {
        let images: Vec<Vec<f32>> = self.images.to_vec2()?;
        let texts: Vec<Vec<f32>> = self.texts.to_vec2()?;
        let images: Vec<Value> = self
            .args
            .image
            .iter()
            .zip(images)
            .map(|(path, features)| json!({ "path": path.to_string_lossy(), "features": features }))
            .collect();
        let texts: Vec<Value> = self
            .args
            .text
            .iter()
            .zip(&self.ids)
            .zip(texts)
            .map(|((text, ids), features)| json!({ "text": text, "ids": ids, "features": features }))
            .collect();
        let scale = self.clip.logit_scale();
        let mut value = json!({
            "model": self.clip.name(), "model_digest": self.clip.digest(),
            "logit_scale": scale, "temperature": 1.0 / scale, "images": images, "texts": texts,
        });
        if let Some(probabilities) = self.probabilities()? {
            value["probabilities"] = json!(probabilities);
        }
        Ok(value)
    }

    fn write(&self, path: &Path) -> Result<()> {
        let scale = Tensor::new(self.clip.logit_scale() as f32, &Device::Cpu)?;
        let mut tensors = BTreeMap::from([("logit_scale", scale)]);
        if !self.args.image.is_empty() {
            tensors.insert("images", self.images.contiguous()?);
        }
        if !self.args.text.is_empty() {
            tensors.insert("texts", self.texts.contiguous()?);
        }
        let bytes = safetensors::serialize(tensors, None).context("the features cannot be written")?;
        Ok(write_atomic(path, &bytes)?)
    }

    /// A line an image, with its texts by probability; without texts or images, lengths of features.
    fn text(&self) -> Result<String> {
        let Some(probabilities) = self.probabilities()? else {
            let lengths = |x: &Tensor| -> Result<Vec<f32>> {
                Ok(x.to_dtype(DType::F32)?.sqr()?.sum(D::Minus1)?.sqrt()?.to_vec1()?)
            };
            let pictures = self.args.image.iter().map(|p| p.display().to_string()).zip(lengths(&self.images)?);
            let texts = self.args.text.iter().cloned().zip(lengths(&self.texts)?);
            let width = self.clip.embed_dim();
            let rows: Vec<Vec<String>> = pictures
                .chain(texts)
                .map(|(what, length)| vec![what, format!("{width} numbers, length {length:.3}")])
                .collect();
            return Ok(format!("{}--json or --out gives the numbers", table(&rows, 0)));
        };
        let mut out = String::new();
        for (path, row) in self.args.image.iter().zip(probabilities) {
            let mut order: Vec<usize> = (0..row.len()).collect();
            order.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
            out.push_str(&format!("{}\n", path.display()));
            let rows: Vec<Vec<String>> = order
                .into_iter()
                .map(|i| vec![format!("{:5.1} %", 100.0 * row[i]), self.args.text[i].clone()])
                .collect();
            out.push_str(&table(&rows, 2));
        }
        Ok(out)
    }
}
