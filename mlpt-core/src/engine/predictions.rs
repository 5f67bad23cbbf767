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
    pub(super) predicted: Vec<usize>,
    /// Probabilities of the image's label and of the predicted class.
    likely: Vec<[f64; 2]>,
}

impl Predictions {
    /// Adds a batch of logits `[B, C]`; `labels` are those of all images.
    ///
    /// # Errors
    /// When a logit is NaN.
    pub(super) fn push(&mut self, logits: &Tensor, labels: &[usize]) -> Result<()> {
        let start = self.predicted.len();
        self.predicted.extend(predictions(logits)?);
        let rows = softmax(&logits.detach().to_dtype(DType::F64)?.to_device(&Device::Cpu)?)?.to_vec2::<f64>()?;
        for (row, (&label, &predicted)) in rows.iter().zip(labels[start..].iter().zip(&self.predicted[start..])) {
            self.likely.push([label, predicted].map(|class| row.get(class).copied().unwrap_or(f64::NAN)));
        }
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
        for (index, (item, (&predicted, likely))) in
            items.iter().zip(self.predicted.iter().zip(&self.likely)).enumerate()
        {
            let [p_label, p_predicted] = likely.map(|p| format!("{p:.6}"));
            let line =
                [&index.to_string(), item.image.key(), name(item.label), name(predicted), &p_label, &p_predicted];
            table.write_record(line).map_err(|e| fault(&e))?;
        }
        write_atomic(path, &table.into_inner().map_err(|e| fault(&e))?)
    }
}
