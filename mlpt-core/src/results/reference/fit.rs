//! Which published figure is of the same thing as one of ours.

use super::{Group, ReferenceRow};
use crate::data::Subsample;
use crate::results::Names;
use crate::results::dassl::{backbone, epochs};

/// Whether `row` is of what `group` is of. Data set, trainer, loss, shots and number of wrong images must
/// be the same; settings file, model, epochs, class-specific contexts and variant where both sides tell.
pub(super) fn fits(group: &Group, row: &ReferenceRow, names: &Names) -> bool {
    let gce = match group.loss.as_str() {
        "ce" => false,
        "gce" => true,
        // No published figure is of another loss.
        _ => return false,
    };
    gce == row.gce
        && group.split == "test"
        && group.subsample == Subsample::All
        && group.shots == row.shots
        && group.num_fp == Some(row.num_fp)
        && names.same_dataset(&group.dataset, &row.dataset)
        && names.same_trainer(&group.trainer, &row.trainer)
        && agree(group.csc, row.csc)
        && agree(group.setup.factor.as_deref(), row.factor.as_deref())
        && settings_fit(group, row)
}

fn settings_fit(group: &Group, row: &ReferenceRow) -> bool {
    let Some(theirs) = &row.cfg else { return true };
    if let Some(ours) = &group.setup.cfg {
        return ours.eq_ignore_ascii_case(theirs);
    }
    let trained = Some(group.epochs).filter(|epochs| *epochs > 0);
    agree(backbone(&group.backbone), backbone(theirs)) && agree(trained, epochs(theirs))
}

/// Whether the model of `group` is one that `row` would have to be of, too: false where one does not tell.
pub(super) fn model_is_told(group: &Group, row: &ReferenceRow) -> bool {
    let same_file = group.setup.cfg.is_some() && row.cfg.is_some();
    same_file || (backbone(&group.backbone).is_some() && row.cfg.as_deref().and_then(backbone).is_some())
}

/// What only one side tells is no difference.
fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}
