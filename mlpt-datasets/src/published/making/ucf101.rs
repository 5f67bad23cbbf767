//! UCF101's middle frames: `ucfTrainTestlist/{classInd,trainlist01,testlist01}.txt`.

use super::drawn::with_fifth_aside;
use super::lines::{Lines, first_word};
use crate::published::base::Place;
use crate::split_file::{Entry, SplitFile};
use mlpt_core::Result;
use std::collections::HashMap;

/// A line `HandStand/v_HandStand_g01.avi` is the frame `Hand_Stand/v_HandStand_g01.jpg` of class `Hand_Stand`.
pub(in crate::published) fn ucf101(place: &Place<'_>) -> Result<SplitFile> {
    let folder = place.folder.join("ucfTrainTestlist");
    let classes = Lines::read(&folder.join("classInd.txt"))?;
    let mut labels: HashMap<&str, usize> = HashMap::new();
    for (number, line) in classes.iter() {
        let (label, action) =
            first_word(line).ok_or_else(|| classes.fault(number, "a class number and an action were expected"))?;
        labels.insert(action, classes.label(number, label)?);
    }
    let list = |name: &str| -> Result<Vec<Entry>> {
        let lines = Lines::read(&folder.join(name))?;
        lines
            .iter()
            .map(|(number, line)| {
                let path = first_word(line).map_or(line, |(path, _)| path);
                let (action, file) =
                    path.split_once('/').ok_or_else(|| lines.fault(number, format!("'{path}' is not action/file")))?;
                let label = labels
                    .get(action)
                    .ok_or_else(|| lines.fault(number, format!("action '{action}' is not in classInd.txt")))?;
                let class = parted(action);
                Ok(Entry(format!("{class}/{}.jpg", file.trim_end_matches(".avi")), *label, class))
            })
            .collect()
    };
    with_fifth_aside(list("trainlist01.txt")?, list("testlist01.txt")?, &place.rng, &folder)
}

/// `ApplyEyeMakeup` as `Apply_Eye_Makeup`.
fn parted(action: &str) -> String {
    let mut out = String::new();
    for c in action.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c);
    }
    out
}
