//! `predictions.csv`: what the trained model took every test image for.

use crate::data::Item;
use crate::files::write_atomic;
use crate::metric::predictions;
use crate::tensor::softmax;
use crate::{Error, Result};
use candle_core::{DType, Device, Tensor};
use std::path::Path;

/// What the model says of one image after the other.
#[derive(Default)]
pub(super) struct Predictions {
    pub(super) labels: Vec<usize>,
    /// `[N][C]`, probabilities.
    rows: Vec<Vec<f64>>,
}

impl Predictions {
    /// Adds a batch of logits `[B, C]`.
    ///
    /// # Errors
    /// When a logit is NaN.
    pub(super) fn push(&mut self, logits: &Tensor) -> Result<()> {
        self.labels.extend(predictions(logits)?);
        let logits = logits.detach().to_dtype(DType::F64)?.to_device(&Device::Cpu)?;
        self.rows.extend(softmax(&logits)?.to_vec2::<f64>()?);
        Ok(())
    }

    /// Writes a line for each of `items`, in their order: image, label, prediction, and the probabilities of both.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn write(&self, path: &Path, items: &[Item], class_names: &[String]) -> Result<()> {
        let fault = |e: &dyn std::fmt::Display| Error::data(path, format!("cannot be made: {e}"));
        let name = |label: usize| class_names.get(label).map_or("", String::as_str);
        let mut table = csv::Writer::from_writer(Vec::new());
        let header = ["index", "image", "label", "predicted", "p_label", "p_predicted"];
        table.write_record(header).map_err(|e| fault(&e))?;
        for (index, (item, (&predicted, row))) in items.iter().zip(self.labels.iter().zip(&self.rows)).enumerate() {
            let p = |label: usize| format!("{:.6}", row.get(label).copied().unwrap_or(f64::NAN));
            let (index, p_label, p_predicted) = (index.to_string(), p(item.label), p(predicted));
            let line = [&index, item.image.key(), name(item.label), name(predicted), &p_label, &p_predicted];
            table.write_record(line).map_err(|e| fault(&e))?;
        }
        write_atomic(path, &table.into_inner().map_err(|e| fault(&e))?)
    }
}
