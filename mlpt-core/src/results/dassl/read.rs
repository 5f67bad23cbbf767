//! A log as a run like any other.

use super::layout::{self, Layout, truth};
use super::log::Logged;
use super::{NOISE, Setup, dump};
use crate::data::Subsample;
use crate::data::noise::NoiseScope;
use crate::engine::{NoiseResult, RESULT_VERSION, Recorded, RunResult, Scores, Usage};
use crate::results::{Names, Run, Source};
use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

/// The run in `dir`, whose log is `text`. The settings in the log count before the path.
///
/// # Errors
/// Why it cannot be told what the run came to or what it is of, in a few words.
pub(in crate::results) fn read(dir: &Path, text: &str, names: &Names) -> Result<Run, String> {
    let logged = Logged::of(text)?;
    let settings = dump::config(text);
    let mut path = Layout::of(dir);
    if let (None, Ok(real)) = (&path.trainer, std::fs::canonicalize(dir)) {
        path = Layout::of(&real);
    }
    let said = |key: &str| settings.get(key).filter(|value| !value.is_empty()).cloned();
    let untold = |what: &str| format!("neither its log nor its path tells the {what}");
    let trainer = said("TRAINER.NAME").or(path.trainer).ok_or_else(|| untold("trainer"))?;
    let dataset = said("DATASET.NAME").or(path.dataset).ok_or_else(|| untold("data set"))?;
    let shots = number(&settings, "DATASET.NUM_SHOTS")?.or(path.shots).ok_or_else(|| untold("number of shots"))?;
    let num_fp = number(&settings, "DATASET.NUM_FP")?.or(path.num_fp).unwrap_or(0);
    // An unseeded run has -1 there.
    let seed = number::<i64>(&settings, "SEED")?.and_then(|seed| u64::try_from(seed).ok());
    let seed = seed.or(path.seed).ok_or_else(|| untold("seed"))?;
    let flag = |key: &str| said(key).and_then(|value| truth(&value));
    let gce = flag("DATASET.USE_ROBUSTLOSS").or(path.gce).unwrap_or(false);
    let cfg = dump::config_file(text).or(path.cfg);
    let subsample = match said("DATASET.SUBSAMPLE_CLASSES") {
        None => Subsample::All,
        Some(value) => {
            value.parse::<Subsample>().map_err(|_| format!("its log has the DATASET.SUBSAMPLE_CLASSES '{value}'"))?
        }
    };
    let epochs = number(&settings, "OPTIM.MAX_EPOCH")?.or(cfg.as_deref().and_then(layout::epochs)).unwrap_or(0);
    let named = cfg.as_deref().and_then(layout::backbone).map(str::to_owned);
    let setup = Setup {
        csc: flag(&format!("TRAINER.{}.CSC", trainer.to_uppercase())).or(path.csc),
        cfg,
        prompt: path.prompt,
        factor: path.factor,
    };
    let scores = Scores {
        total: logged.total,
        correct: logged.correct,
        accuracy: logged.accuracy,
        error: logged.error.unwrap_or(100.0 - logged.accuracy),
        macro_f1: logged.macro_f1.unwrap_or(f64::NAN),
    };
    let result = RunResult {
        version: RESULT_VERSION,
        dataset: names.dataset(&dataset),
        trainer,
        mechanisms: Vec::new(),
        backbone: said("MODEL.BACKBONE.NAME").or(named).unwrap_or_else(|| "model not recorded".to_owned()),
        model_digest: String::new(),
        data_digest: String::new(),
        seed,
        shots,
        noise: NoiseResult {
            name: NOISE.to_owned(),
            num_fp,
            rate: None,
            scope: NoiseScope::Class,
            items: 0,
            wrong: 0,
            digest: String::new(),
        },
        classes: logged.classes,
        epochs,
        split: said("TEST.SPLIT").unwrap_or_else(|| "test".to_owned()),
        scores: Some(scores),
        zero_shot: None,
        detection: None,
        elapsed_s: logged.elapsed_s.unwrap_or(f64::NAN),
        passes: serde_json::Value::Null,
        output_dir: dir.to_owned(),
    };
    let loss = if gce { "gce" } else { "ce" }.to_owned();
    let settings = Recorded::of_texts(settings);
    let source = Source::Dassl;
    Ok(Run {
        dir: dir.to_owned(),
        result,
        loss,
        subsample,
        usage: Usage::default(),
        source,
        setup,
        by: Vec::new(),
        settings,
    })
}

/// The number that the settings have at `key`, where they have the key.
fn number<T: FromStr>(settings: &BTreeMap<String, String>, key: &str) -> Result<Option<T>, String> {
    let Some(text) = settings.get(key).filter(|text| !text.is_empty()) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| format!("its log has the {key} '{text}', which is no number"))
}
