//! The page: sections of blocks, and the template that they go into.

use anyhow::{Context, Result};
use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;

/// A page.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    pub(super) title: String,
    /// One line below the title.
    pub(super) subtitle: String,
    pub(super) sections: Vec<Section>,
    style: &'static str,
    script: &'static str,
    program: &'static str,
}

/// A part of the page with a heading.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    /// For links; letters and hyphens.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) blocks: Vec<Block>,
}

/// What a section holds.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Block {
    /// A paragraph.
    Text { text: String },
    /// Something that a reader should know.
    Note { text: String },
    /// Large figures.
    Headline { figures: Vec<Headline> },
    /// Names and values.
    Facts { rows: Vec<(String, String)> },
    /// Charts, side by side where there is room.
    Figures { figures: Vec<Figure> },
    /// A table.
    Table(Table),
    /// Pictures.
    Gallery { cards: Vec<Card> },
}

/// A large figure.
#[derive(Debug, Serialize)]
pub(super) struct Headline {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) detail: String,
}

/// A chart.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    pub(super) title: String,
    /// The one thing that is not escaped: it is made by [`super::chart`], which escapes.
    pub(super) svg: String,
    /// Whether it must not be shrunk on narrow screens, but moved.
    pub(super) wide: bool,
    /// What the colours mean.
    pub(super) legend: Vec<Key>,
}

/// An entry of a legend.
#[derive(Debug, Serialize)]
pub(super) struct Key {
    /// Name of a colour of the palette.
    pub(super) color: &'static str,
    pub(super) dashed: bool,
    /// An area, not a line.
    pub(super) area: bool,
    pub(super) label: String,
}

/// A table; long ones can be folded up.
#[derive(Debug, Default, Serialize)]
pub(super) struct Table {
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// How many columns, from the left, hold words; the others hold figures.
    pub(super) words: usize,
    /// Whether a click on a column's name sorts.
    pub(super) sortable: bool,
    /// What stands on the fold; empty for a table that is always open.
    pub(super) fold: String,
    /// Sentences below.
    pub(super) caption: Vec<String>,
}

/// A cell.
#[derive(Debug, Default, Serialize)]
pub(super) struct Cell {
    pub(super) text: String,
    /// Where it leads; empty for nowhere.
    pub(super) href: String,
    /// Whether its text is code, to be broken anywhere.
    pub(super) code: bool,
}

/// A picture with what is known of it.
#[derive(Debug, Serialize)]
pub(super) struct Card {
    /// A `data:` address; empty where the picture cannot be shown.
    pub(super) picture: String,
    /// Said in its place.
    pub(super) missing: String,
    pub(super) key: String,
    pub(super) rows: Vec<CardRow>,
}

/// A line of a card.
#[derive(Debug, Serialize)]
pub(super) struct CardRow {
    pub(super) label: String,
    pub(super) value: String,
    /// `good`, `bad`, or empty.
    pub(super) tone: &'static str,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Cell {
    pub(super) fn code(text: impl Into<String>) -> Self {
        Self { text: text.into(), code: true, ..Self::default() }
    }

    pub(super) fn link(text: impl Into<String>, href: String) -> Self {
        Self { text: text.into(), href, code: true }
    }
}

impl CardRow {
    pub(super) fn new(label: impl Into<String>, value: impl Into<String>, tone: &'static str) -> Self {
        Self { label: label.into(), value: value.into(), tone }
    }
}

impl Block {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    pub(super) fn note(text: impl Into<String>) -> Self {
        Self::Note { text: text.into() }
    }
}

impl Section {
    pub(super) fn new(id: &'static str, title: &'static str, blocks: Vec<Block>) -> Self {
        Self { id, title, blocks }
    }
}

impl Page {
    pub(super) fn new(title: String, subtitle: String, sections: Vec<Section>) -> Self {
        Self {
            title,
            subtitle,
            sections,
            style: include_str!("page.css"),
            script: include_str!("page.js"),
            program: concat!("mlpt ", env!("CARGO_PKG_VERSION")),
        }
    }

    /// The page as HTML; everything that is not a chart, style or script is escaped.
    ///
    /// # Errors
    /// When the template is at fault.
    pub(crate) fn html(&self) -> Result<String> {
        // The ending of the name is what turns escaping on.
        const NAME: &str = "page.html";
        let mut environment = Environment::new();
        environment.add_template(NAME, include_str!("page.html")).context("the template of the report")?;
        let template = environment.get_template(NAME).context("the template of the report")?;
        template.render(Serde(self)).context("the report cannot be made")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn all_that_comes_from_data_is_escaped() {
        let evil = "<b>&\"'";
        let text = || evil.to_owned();
        let table = Table {
            head: vec![text()],
            rows: vec![vec![Cell::link(evil, format!("{evil}javascript"))], vec![Cell::code(evil)]],
            fold: text(),
            caption: vec![text()],
            ..Table::default()
        };
        let card =
            Card { picture: String::new(), missing: text(), key: text(), rows: vec![CardRow::new(evil, evil, "bad")] };
        let key = Key { color: "blue", dashed: false, area: false, label: text() };
        let blocks = vec![
            Block::text(evil),
            Block::note(evil),
            Block::Headline { figures: vec![Headline { value: text(), label: text(), detail: text() }] },
            Block::Facts { rows: vec![(text(), text())] },
            Block::Figures {
                figures: vec![Figure { title: text(), svg: "<svg/>".to_owned(), wide: true, legend: vec![key] }],
            },
            Block::Table(table),
            Block::Gallery { cards: vec![card] },
        ];
        let html = Page::new(text(), text(), vec![Section::new("id", "Title", blocks)]).html().unwrap();
        assert!(!html.contains("<b>"), "{html}");
        // Title twice, subtitle; text, note, 3 of a headline, 2 facts, title and legend, head, 2 cells and a link,
        // fold, caption, 4 of a card.
        assert_eq!(html.matches("&lt;b&gt;&amp;&quot;&#x27;").count(), 22, "{html}");
        assert!(html.contains("<svg/>"));
    }
}
