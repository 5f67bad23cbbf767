//! Captions: a small grammar whose sentences are true of the scene.

use super::catalog::Catalog;
use super::scene::{Backdrop, Layout, Place, Scene, Size, Thing};
use super::texture::Texture;
use mlpt_core::rng::Rng;
use rand::Rng as _;
use rand::seq::IndexedRandom as _;

const OPENINGS: &[&str] = &[
    "a photo of",
    "a picture of",
    "an image of",
    "a drawing of",
    "an illustration of",
    "a painting of",
    "a rendering of",
    "a simple drawing of",
    "a simple picture of",
    "a picture showing",
    "an image showing",
    "a picture with",
    "an image with",
    "a view of",
    "a graphic of",
    "a cartoon of",
    "a small picture of",
    "this is",
    "this shows",
    "here we see",
    "the picture shows",
    "the image shows",
    "you can see",
    "there is",
    "here is",
];

const NUMBERS: [&str; 6] = ["no", "one", "two", "three", "four", "five"];

/// A caption of `scene`, lower-case ASCII.
pub(super) fn write(catalog: &Catalog, scene: &Scene, rng: &mut Rng) -> String {
    // The bare name: what a class name is at test time.
    if scene.other().is_none() && scene.count() == 1 && rng.random_bool(0.12) {
        return stop(catalog.concepts()[scene.thing.concept].name.to_owned(), rng);
    }
    let mut text = subject(catalog, scene, rng);
    if rng.random_bool(0.45)
        && let Some(place) = place(scene, rng)
    {
        text = format!("{text} {place}");
    }
    if rng.random_bool(0.25) {
        text = format!("{text} {}", ground(scene, rng));
    }
    if rng.random_bool(0.65) {
        let mut opening = pick(OPENINGS, rng);
        if scene.count() > 1 || scene.other().is_some() {
            opening = match opening {
                "there is" => "there are",
                "here is" => "here are",
                "this is" => "these are",
                other => other,
            };
        }
        text = format!("{opening} {text}");
    }
    stop(text, rng)
}

fn stop(mut text: String, rng: &mut Rng) -> String {
    if rng.random_bool(0.4) {
        text.push('.');
    }
    text
}

fn pick<'a>(choices: &[&'a str], rng: &mut Rng) -> &'a str {
    choices.choose(rng).copied().unwrap_or_default()
}

fn subject(catalog: &Catalog, scene: &Scene, rng: &mut Rng) -> String {
    let size = match scene.layout {
        Layout::Alone(size, _) => size,
        _ => Size::Medium,
    };
    let first = noun(catalog, &scene.thing, scene.count(), size, rng);
    let Some(other) = scene.other() else { return first };
    let second = noun(catalog, other, 1, Size::Medium, rng);
    let beside = matches!(scene.layout, Layout::Beside(_));
    let forms: &[(&str, bool)] = if beside {
        &[
            ("next to", true),
            ("next to", false),
            ("beside", true),
            ("beside", false),
            ("to the left of", true),
            ("left of", true),
            ("to the right of", false),
            ("right of", false),
            ("and", true),
            ("and", false),
        ]
    } else {
        &[
            ("above", true),
            ("above", true),
            ("over", true),
            ("on top of", true),
            ("below", false),
            ("below", false),
            ("under", false),
            ("and", true),
            ("and", false),
        ]
    };
    let &(word, straight) = forms.choose(rng).unwrap_or(&("and", true));
    if straight { format!("{first} {word} {second}") } else { format!("{second} {word} {first}") }
}

/// "three red striped fish", "a large umbrella in blue", ...
fn noun(catalog: &Catalog, thing: &Thing, count: usize, size: Size, rng: &mut Rng) -> String {
    let concept = &catalog.concepts()[thing.concept];
    let mut before: Vec<&str> = Vec::new();
    let mut after = String::new();
    if rng.random_bool(0.4) {
        before.extend(match size {
            Size::Small => Some(pick(&["small", "little", "tiny"], rng)),
            Size::Large => Some(pick(&["large", "big", "huge"], rng)),
            Size::Medium => None,
        });
    }
    let colour = thing.colour.name;
    let mut looks: Vec<&str> = Vec::new();
    if rng.random_bool(0.5) {
        looks.push(colour);
    }
    if thing.texture != Texture::Plain && rng.random_bool(0.55) || rng.random_bool(0.05) {
        let (adjective, phrase) = match thing.texture {
            Texture::Plain => (pick(&["plain", "solid"], rng), ""),
            Texture::Striped => ("striped", "with stripes"),
            Texture::Dotted => (pick(&["dotted", "spotted"], rng), "with dots"),
            Texture::Checkered => (pick(&["checkered", "checked"], rng), "with a checkered pattern"),
            Texture::Hatched => (pick(&["hatched", "crosshatched"], rng), "with crossing lines"),
            Texture::Outlined => (pick(&["outlined", "hollow"], rng), "in outline"),
        };
        if phrase.is_empty() || rng.random_bool(0.7) {
            looks.push(adjective);
        } else {
            after = format!(" {phrase}");
        }
    }
    if looks.len() == 2 && rng.random() {
        looks.swap(0, 1);
    }
    if looks.is_empty() && after.is_empty() && rng.random_bool(0.06) {
        let verb = if count > 1 { "are" } else { "is" };
        after = if rng.random() { format!(" that {verb} {colour}") } else { format!(" in {colour}") };
    }
    before.extend(looks);
    let lead = if count > 1 {
        match rng.random_range(0..10) {
            0 if count > 2 => "several",
            1 if count > 2 => "some",
            2 if count == 2 => "a pair of",
            _ => NUMBERS[count.min(5)],
        }
    } else {
        let next = before.first().copied().unwrap_or(concept.name);
        let vowel = next.starts_with(['a', 'e', 'i', 'o', 'u']);
        match rng.random_range(0..20) {
            0 => "",
            1 => "one",
            2 => "the",
            3 => "a single",
            // Prompt templates say "a" before every name.
            4..7 => "a",
            _ if vowel => "an",
            _ => "a",
        }
    };
    let name = if count > 1 { concept.plural } else { concept.name };
    let words: Vec<&str> =
        std::iter::once(lead).chain(before).chain(std::iter::once(name)).filter(|w| !w.is_empty()).collect();
    format!("{}{after}", words.join(" "))
}

fn place(scene: &Scene, rng: &mut Rng) -> Option<String> {
    let choices: &[&str] = match scene.layout {
        Layout::Alone(_, Place::Middle) => return rng.random_bool(0.15).then(|| "in the middle".to_owned()),
        Layout::Alone(_, Place::Left) => &["on the left", "on the left side", "at the left", "to the left"],
        Layout::Alone(_, Place::Right) => &["on the right", "on the right side", "at the right", "to the right"],
        Layout::Alone(_, Place::Top) => &["at the top", "near the top", "in the upper part"],
        Layout::Alone(_, Place::Bottom) => &["at the bottom", "near the bottom", "in the lower part"],
        Layout::Row(2) => &["side by side", "in a row", "next to each other"],
        Layout::Row(_) => &["in a row", "in a line", "side by side", "lined up in a row"],
        Layout::Column(2) => &["one above the other", "in a column", "stacked"],
        Layout::Column(_) => &["in a column", "stacked in a column", "one above the other"],
        Layout::Scattered(_) => &["scattered", "scattered around", "spread over the picture", "here and there"],
        Layout::Beside(_) | Layout::Above(_) => return None,
    };
    Some(pick(choices, rng).to_owned())
}

fn ground(scene: &Scene, rng: &mut Rng) -> String {
    let on = pick(&["on", "on", "against", "in front of"], rng);
    let name = scene.ground.name;
    let article = if name == "orange" { "an" } else { "a" };
    match (scene.backdrop, rng.random_range(0..4)) {
        (_, 0) => format!("on {name}"),
        (Backdrop::Gradient, 1) => format!("{on} a gradient"),
        (Backdrop::Gradient, 2) => format!("{on} {article} {name} gradient"),
        (Backdrop::Noisy, 1) => format!("{on} a noisy background"),
        (Backdrop::Noisy, 2) => format!("{on} a noisy {name} background"),
        (Backdrop::Plain, 1) => format!("{on} a plain {name} background"),
        _ => format!("{on} {article} {name} background"),
    }
}
