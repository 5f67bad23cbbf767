//! OxfordPets: `annotations/trainval.txt` and `annotations/test.txt`.

use super::drawn::with_fifth_aside;
use super::lines::Lines;
use crate::published::base::Place;
use crate::split_file::{Entry, SplitFile};
use mlpt_core::Result;

/// Lines `<breed>_<number> <class from 1> <species> <breed of the species>`; a fifth of trainval is set aside.
pub(in crate::published) fn pets(place: &Place<'_>) -> Result<SplitFile> {
    let list = |name: &str| -> Result<Vec<Entry>> {
        let lines = Lines::read(&place.folder.join("annotations").join(name))?;
        lines
            .iter()
            .filter(|(_, line)| !line.starts_with('#'))
            .map(|(number, line)| {
                let mut words = line.split_whitespace();
                let (Some(image), Some(label)) = (words.next(), words.next()) else {
                    return Err(lines.fault(number, "an image and its class number were expected"));
                };
                let Some((breed, _)) = image.rsplit_once('_') else {
                    return Err(lines.fault(number, format!("'{image}' does not begin with a breed and '_'")));
                };
                Ok(Entry(format!("{image}.jpg"), lines.label(number, label)?, breed.to_lowercase()))
            })
            .collect()
    };
    with_fifth_aside(list("trainval.txt")?, list("test.txt")?, &place.rng, &place.folder.join("annotations"))
}
