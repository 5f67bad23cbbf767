//! The images that the model is most surely wrong about.

use super::confusion::why_not;
use crate::report::number::{count, figure};
use crate::report::page::{Block, Card, CardRow, Section};
use crate::report::pictures::Pictures;
use mlpt_core::report::{Prediction, RunFiles};

pub(super) fn section(files: &RunFiles, most: usize, pictures: &Pictures) -> Section {
    let Some(predictions) = &files.predictions else {
        return Section::new("errors", "Errors", vec![Block::text(why_not(files))]);
    };
    let errors = predictions.errors();
    if errors.is_empty() {
        let text = format!("All {} were recognised.", count(predictions.rows.len(), "image"));
        return Section::new("errors", "Errors", vec![Block::text(text)]);
    }
    let shown = errors.len().min(most);
    let mut blocks = vec![Block::text(format!(
        "{shown} of {} among {}, the most confident first. The figures are the model's probabilities.",
        count(errors.len(), "error"),
        count(predictions.rows.len(), "image")
    ))];
    blocks.extend(pictures.sentence().map(Block::note));
    blocks.push(Block::Gallery { cards: errors.into_iter().take(most).map(|p| card(p, pictures)).collect() });
    Section::new("errors", "Errors", blocks)
}

fn card(p: &Prediction, pictures: &Pictures) -> Card {
    let with = |class: &str, probability: f64| format!("{class} ({})", figure(Some(probability)));
    let rows = vec![
        CardRow::new("taken for", with(&p.predicted, p.p_predicted), "bad"),
        CardRow::new("is", with(&p.label, p.p_label), ""),
    ];
    let (picture, missing) = pictures.shown(&p.image);
    Card { picture, missing, key: p.image.clone(), rows }
}
