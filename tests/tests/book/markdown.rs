//! Links and headings of a Markdown text.

/// A link or picture with its one-based line.
#[derive(Debug, PartialEq)]
pub(crate) struct Link {
    pub(crate) line: usize,
    pub(crate) target: String,
}

/// The lines that are no code, with their numbers.
fn prose(markdown: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut code = false;
    (1..).zip(markdown.lines()).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// Every `[text](target)` and `![text](target)` that is no code.
pub(crate) fn links(markdown: &str) -> Vec<Link> {
    let mut all = Vec::new();
    for (line, text) in prose(markdown) {
        // Code within a line: every other part between backticks.
        let plain: String = text.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for part in plain.split("](").skip(1) {
            let target = part.split(')').next().unwrap_or_default();
            all.push(Link { line, target: target.to_owned() });
        }
    }
    all
}

/// The anchors of the headings, as forges and mdbook make them: small letters, digits, `-` and `_`, a `-` for each space,
/// and a number behind what stands there already.
pub(crate) fn headings(markdown: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut plain: Vec<String> = Vec::new();
    for (_, line) in prose(markdown) {
        let text = line.trim_start_matches('#');
        if text.len() == line.len() || !text.starts_with(' ') {
            continue;
        }
        let letter = |c: char| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c.to_ascii_lowercase()),
            _ => None,
        };
        let anchor: String = text.trim().chars().filter_map(letter).collect();
        let before = plain.iter().filter(|other| **other == anchor).count();
        all.push(if before == 0 { anchor.clone() } else { format!("{anchor}-{before}") });
        plain.push(anchor);
    }
    all
}

#[test]
fn links_and_headings_are_found() {
    let text = "# `mlpt`: a title\nSee [a](b.md#c) and ![d](e.png), not `[f](g)`.\n```text\n# no heading\n[h](i)\n```\n\
                ## Two words\n#no heading\n## Two words\n[j\nk](l.md)\n";
    let found: Vec<(usize, String)> = links(text).into_iter().map(|link| (link.line, link.target)).collect();
    let wanted = [(2, "b.md#c"), (2, "e.png"), (11, "l.md")].map(|(line, target)| (line, target.to_owned()));
    assert_eq!(found, wanted);
    assert_eq!(headings(text), ["mlpt-a-title", "two-words", "two-words-1"]);
}
