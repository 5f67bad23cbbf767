//! SUN397: `ClassName.txt`, `Training_01.txt`, `Testing_01.txt`.

use super::drawn::with_fifth_aside;
use super::lines::Lines;
use crate::published::base::Place;
use crate::split_file::{Entry, SplitFile};
use mlpt_core::Result;
use std::collections::HashMap;

/// A class such as `/c/cathedral/indoor` is the folder of its images; its name reads `indoor cathedral`.
pub(in crate::published) fn sun397(place: &Place<'_>) -> Result<SplitFile> {
    let classes = Lines::read(&place.folder.join("ClassName.txt"))?;
    let labels: HashMap<&str, usize> =
        classes.iter().enumerate().map(|(label, (_, line))| (line.trim_start_matches('/'), label)).collect();
    let list = |name: &str| -> Result<Vec<Entry>> {
        let lines = Lines::read(&place.folder.join(name))?;
        lines
            .iter()
            .map(|(number, line)| {
                let path = line.trim_start_matches('/');
                let class = path.rsplit_once('/').map_or("", |(class, _)| class);
                let label = labels
                    .get(class)
                    .ok_or_else(|| lines.fault(number, format!("class '/{class}' is not in ClassName.txt")))?;
                let parts: Vec<&str> = class.split('/').skip(1).collect();
                Ok(Entry(path.to_owned(), *label, parts.into_iter().rev().collect::<Vec<_>>().join(" ")))
            })
            .collect()
    };
    with_fifth_aside(list("Training_01.txt")?, list("Testing_01.txt")?, &place.rng, place.folder)
}
