//! A row of a protocol's table.

use super::Figure;
use crate::data::noise::NoiseScope;
use crate::results::Column;
use crate::results::group::RowKey;
use serde::Serialize;

/// A method at a level of noise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProtocolRow {
    /// The method's name, as in every table.
    pub label: String,
    /// The level of noise, such as `8 wrong`; empty for the model without training.
    pub level: String,
    /// Registry name of the trainer; empty for the model without training.
    pub trainer: String,
    /// Registry names of the learners' mechanisms.
    pub mechanisms: Vec<String>,
    /// `LOSS.NAME`; empty where nothing is trained.
    pub loss: String,
    /// Registry names of the noise models; none where nothing was made wrong.
    pub noises: Vec<String>,
    /// `DATASET.NUM_FP`; 0 where a rate counts.
    pub num_fp: usize,
    /// `NOISE.RATE`, where it counts.
    pub rate: Option<f64>,
    /// `NOISE.SCOPE`.
    pub scope: NoiseScope,
    /// Whether this is the model without training, as every run and evaluation measured it.
    pub zero_shot: bool,
    /// A figure a column; `None` where there is none.
    pub figures: Vec<Option<Figure>>,
}

impl ProtocolRow {
    pub(super) fn of(label: &str, key: RowKey, column: &Column, figures: Vec<Option<Figure>>) -> Self {
        Self {
            label: label.to_owned(),
            level: column.label.clone(),
            trainer: key.trainer,
            mechanisms: key.mechanisms,
            loss: key.loss,
            noises: column.noises.clone(),
            num_fp: column.num_fp,
            rate: column.rate,
            scope: column.scope,
            zero_shot: false,
            figures,
        }
    }

    pub(super) fn without_training(figures: Vec<Option<Figure>>) -> Self {
        Self {
            label: "zero-shot".to_owned(),
            level: String::new(),
            trainer: String::new(),
            mechanisms: Vec::new(),
            loss: String::new(),
            noises: Vec::new(),
            num_fp: 0,
            rate: None,
            scope: NoiseScope::Class,
            zero_shot: true,
            figures,
        }
    }
}
