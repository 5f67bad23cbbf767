//! Both towers and their gradients, over three models of odd sizes.

use super::check::gather;
use super::comparison::Comparison;
use super::device::device;
use super::{Check, golden};
use candle_core::{DType, Tensor, Var};
use mlpt_core::clip::{ClipConfig, ClipModel, TextBatch};
use mlpt_core::{Error, Result};
use serde_json::Value;
use std::collections::BTreeMap;

const GROUP: &str = "towers";
const REFERENCE: &str = "towers.py (transformers 5.24.0, torch 2.15.0)";
const FEATURES: f64 = 3e-6;
const GRADIENTS: f64 = 5e-6;

type Tensors = BTreeMap<String, Tensor>;

/// Comparisons by what they are of, in the order in which they first come up.
#[derive(Default)]
struct Table(Vec<Comparison>);

impl Table {
    fn of(&mut self, what: &str, tolerance: f64) -> &mut Comparison {
        let at = self.0.iter().position(|c| c.what() == what).unwrap_or(self.0.len());
        if at == self.0.len() {
            self.0.push(Comparison::relative(GROUP, what, REFERENCE, tolerance));
        }
        &mut self.0[at]
    }
}

/// Features of texts and images; through the shared-prefix path also gradients.
pub(super) fn checks() -> Vec<Check> {
    gather(GROUP, REFERENCE, || {
        let golden = golden::json("towers.json")?;
        let mut table = Table::default();
        for case in golden.as_array().map_or(&[][..], Vec::as_slice) {
            let (results, weights): (Tensors, Tensors) =
                golden::tensors(golden::text(case, "file")?)?.into_iter().partition(|(n, _)| n.starts_with("golden."));
            let config = ClipConfig::from_json(&case["config"].to_string())?;
            let model = ClipModel::frozen(&config, weights.clone(), DType::F32, device())?;
            whole_inputs(&mut table, &model, case, &results)?;
            for (number, prompt) in golden::list(case, "prompts")?.iter().enumerate() {
                prompts(&mut table, &model, prompt, &results, &format!("golden.prompt.{number}"))?;
            }
            if results.contains_key("golden.weights.factors.text") {
                let model = ClipModel::trainable(&config, weights, device())?;
                weight_gradients(&mut table, &model, case, &results)?;
            }
        }
        Ok(table.0.into_iter().map(Comparison::finish).collect())
    })
}

fn whole_inputs(table: &mut Table, model: &ClipModel, case: &Value, results: &Tensors) -> Result<()> {
    for (number, text) in golden::list(case, "texts")?.iter().enumerate() {
        let what = format!("text tower, {}: features", golden::text(text, "what")?);
        let theirs = golden::tensor(results, &format!("golden.text.{number}"))?;
        table.of(&what, FEATURES).tensors(&model.text_features(&ids(text)?)?, theirs)?;
    }
    for batch in golden::indices(case, "images")? {
        let pixels = golden::tensor(results, &format!("golden.pixels.{batch}"))?;
        let theirs = golden::tensor(results, &format!("golden.image.{batch}"))?;
        let what = format!("image tower, batch of {batch}: features");
        table.of(&what, FEATURES).tensors(&model.image_features(pixels)?, theirs)?;
    }
    Ok(())
}

fn ids(text: &Value) -> Result<Vec<Vec<u32>>> {
    let rows = golden::list(text, "ids")?.iter();
    rows.map(|row| row.as_array().map(|ids| ids.iter().filter_map(Value::as_u64).map(|id| id as u32).collect()))
        .collect::<Option<_>>()
        .ok_or_else(|| Error::invalid("towers.json: a text is no list of ids"))
}

/// Prefixes, suffixes and deep prompts are leaves; the loss is a weighted sum of the features.
fn prompts(table: &mut Table, model: &ClipModel, prompt: &Value, results: &Tensors, at: &str) -> Result<()> {
    let stored = |name: &str| golden::tensor(results, &format!("{at}.{name}"));
    let leaf = |name: &str| -> Result<Var> { Ok(Var::from_tensor(stored(name)?)?) };
    let mut leaves = vec![("prefixes".to_owned(), leaf("prefixes")?), ("suffixes".to_owned(), leaf("suffixes")?)];
    let mut deep = Vec::new();
    for (layer, given) in golden::list(prompt, "deep")?.iter().enumerate() {
        let name = format!("deep.{layer}");
        let var = if given.as_bool() == Some(true) { Some(leaf(&name)?) } else { None };
        deep.push(var.as_ref().map(|v| v.as_tensor().clone()));
        leaves.extend(var.map(|v| (name, v)));
    }
    let rows = golden::indices(prompt, "rows")?;
    let batch = TextBatch {
        prefixes: leaves[0].1.as_tensor().clone(),
        suffixes: leaves[1].1.as_tensor().clone(),
        suffix_lens: golden::indices(prompt, "suffix_lens")?,
        rows: rows.chunks_exact(2).map(|row| (row[0], row[1])).collect(),
        deep,
    };
    let what = golden::text(prompt, "what")?;
    let features = model.text().forward(&batch)?;
    table.of(&format!("text tower, {what}: features"), FEATURES).tensors(&features, stored("features")?)?;
    let store = (&features * stored("factors")?)?.sum_all()?.backward()?;
    for (name, var) in leaves {
        let gradient = store.get(&var).ok_or_else(|| Error::invalid(format!("no gradient reached {at}.{name}")))?;
        let part = match name.as_str() {
            "prefixes" => "the prefix",
            "suffixes" => "the suffixes",
            _ => "the deep prompts",
        };
        let compare = table.of(&format!("text tower, {what}: gradient of {part}"), GRADIENTS);
        compare.tensors(gradient, stored(&format!("{name}.grad"))?)?;
    }
    Ok(())
}

/// What pre-training needs: the gradient of each weight of both towers.
fn weight_gradients(table: &mut Table, model: &ClipModel, case: &Value, results: &Tensors) -> Result<()> {
    let stored = |name: &str| golden::tensor(results, name);
    let text = (model.text_features(&ids(&case["texts"][1])?)? * stored("golden.weights.factors.text")?)?;
    let image = model.image_features(stored("golden.pixels.3")?)?;
    let image = (image * stored("golden.weights.factors.image")?)?;
    let store = (text.sum_all()? + image.sum_all()?)?.backward()?;
    let compare = table.of("both towers: gradient of every weight", GRADIENTS);
    for var in model.trainable_vars() {
        // The temperature is not part of a feature. A key's bias shifts all scores of a query alike: its
        // gradient is 0 but for rounding.
        if var.name == "logit_scale" || var.name.contains("k_proj.bias") {
            continue;
        }
        let fault = || Error::invalid(format!("no gradient reached {}", var.name));
        let gradient = store.get(&var.var).ok_or_else(fault)?;
        compare.tensors(gradient, stored(&format!("golden.weights.grad.{}", var.name))?)?;
    }
    Ok(())
}
