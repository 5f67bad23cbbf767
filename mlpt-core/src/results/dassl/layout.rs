//! What the path of a run tells, in the layouts of the published scripts.

use std::path::Path;

/// What a path tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Layout {
    pub(super) seed: Option<u64>,
    pub(super) shots: Option<i64>,
    pub(super) num_fp: Option<usize>,
    pub(super) gce: Option<bool>,
    pub(super) csc: Option<bool>,
    pub(super) factor: Option<String>,
    pub(super) prompt: Option<String>,
    pub(super) cfg: Option<String>,
    pub(super) trainer: Option<String>,
    pub(super) dataset: Option<String>,
}

impl Layout {
    /// Of `DATASET/TRAINER/CFG_Nshots/PROMPT/GCE_B/Nshots_Knoise/seedS`, with or without the three folders
    /// before the last, and with `GCEB_FactorX` for `GCE_B`; or of `DATASET/shots_N/TRAINER/CFG/seedS`.
    pub(super) fn of(dir: &Path) -> Self {
        let mut names: Vec<String> =
            dir.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).rev().collect();
        // An empty name behind the last makes an end of every layout.
        names.push(String::new());
        let mut all = Self { seed: seed(dir), ..Self::default() };
        for (at, name) in names.iter().enumerate().skip(1) {
            let above = |steps: usize| names.get(at + steps).filter(|name| !name.is_empty()).cloned();
            if let Some((shots, wrong)) = shots_and_noise(name) {
                (all.shots, all.num_fp) = (Some(shots), Some(wrong));
            } else if let Some((gce, factor)) = loss(name) {
                (all.gce, all.factor) = (Some(gce), Some(factor));
            } else if name.starts_with("nctx") {
                all.csc = name.split('_').find_map(|part| truth(part.strip_prefix("csc")?));
                all.prompt = Some(name.clone());
            } else if let Some((cfg, shots)) = cfg_and_shots(name) {
                all.shots = all.shots.or(Some(shots));
                (all.cfg, all.trainer, all.dataset) = (Some(cfg), above(1), above(2));
                break;
            } else {
                let shots = above(2).and_then(|name| name.strip_prefix("shots_")?.parse().ok());
                if let (1, Some(shots)) = (at, shots) {
                    all.shots = Some(shots);
                    (all.cfg, all.trainer, all.dataset) = (Some(name.clone()), above(1), above(3));
                }
                break;
            }
        }
        all
    }
}

/// The number of a folder `seedN`.
pub(super) fn seed(dir: &Path) -> Option<u64> {
    dir.file_name()?.to_str()?.strip_prefix("seed")?.parse().ok()
}

fn shots_and_noise(name: &str) -> Option<(i64, usize)> {
    let (shots, noise) = name.split_once("shots_")?;
    Some((shots.parse().ok()?, noise.strip_suffix("noise")?.parse().ok()?))
}

/// `GCE_True`, or `GCETrue_FactorX`.
fn loss(name: &str) -> Option<(bool, String)> {
    let rest = name.strip_prefix("GCE")?;
    match rest.split_once("_Factor") {
        Some((value, factor)) => Some((truth(value)?, factor.to_owned())),
        None => Some((truth(rest.strip_prefix('_').unwrap_or(rest))?, String::new())),
    }
}

fn cfg_and_shots(name: &str) -> Option<(String, i64)> {
    let (cfg, shots) = name.strip_suffix("shots")?.rsplit_once('_')?;
    Some((cfg.to_owned(), shots.parse().ok()?))
}

/// Python's way to write a truth value, in any case.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Published models, the longer names first, by what is left of a name without signs.
const MODELS: [(&str, &str); 13] = [
    ("rn50x64", "RN50x64"),
    ("rn50x16", "RN50x16"),
    ("rn50x4", "RN50x4"),
    ("rn101", "RN101"),
    ("rn50", "RN50"),
    ("vitb32", "ViT-B/32"),
    ("vitb16", "ViT-B/16"),
    ("vitl14336", "ViT-L/14@336px"),
    ("vitl14", "ViT-L/14"),
    ("vitbasepatch32", "ViT-B/32"),
    ("vitbasepatch16", "ViT-B/16"),
    ("vitlargepatch14336", "ViT-L/14@336px"),
    ("vitlargepatch14", "ViT-L/14"),
];

/// The published model that `name` is about, of a model, a settings file or a repository; `None` where
/// it tells of none.
pub(in crate::results) fn backbone(name: &str) -> Option<&'static str> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    MODELS.into_iter().find(|(mark, _)| plain.contains(mark)).map(|(_, model)| model)
}

/// The number of epochs that a settings file has in its name: 50 for `rn50_ep50`.
pub(in crate::results) fn epochs(cfg: &str) -> Option<usize> {
    cfg.split('_').find_map(|part| part.strip_prefix("ep")?.parse().ok())
}
