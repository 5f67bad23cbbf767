//! The commands in a Markdown text.

/// A command with its place.
#[derive(Debug, PartialEq)]
pub(crate) struct Found {
    /// One-based line.
    pub(crate) line: usize,
    /// The command as it stands there, without a comment.
    pub(crate) text: String,
    /// Whether it is shown to be run: in a block or a table, not mentioned within a sentence.
    pub(crate) shown: bool,
}

impl Found {
    /// The words as a shell would cut them.
    pub(crate) fn words(&self) -> Vec<String> {
        let (mut words, mut quote) = (vec![String::new()], None);
        for c in self.text.chars() {
            match (c, quote) {
                ('"' | '\'', None) => quote = Some(c),
                (c, Some(q)) if c == q => quote = None,
                (' ', None) => words.push(String::new()),
                (c, _) => words.last_mut().unwrap().push(c),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }
}

/// What keeps a line, or the block below it, from being run.
const MARK: &str = "<!-- not run";

pub(crate) fn found(markdown: &str) -> Vec<Found> {
    let mut all = Vec::new();
    let mut block: Option<bool> = None;
    let mut begun: Option<(usize, String)> = None;
    let mut above = "";
    for (number, line) in (1..).zip(markdown.lines()) {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let shell = ["sh", "bash", "shell", "console"].contains(&language.trim());
            block = match block {
                None => Some(shell && !above.contains(MARK)),
                Some(_) => None,
            };
            above = "";
            continue;
        }
        if !line.trim().is_empty() {
            above = line;
        }
        match block {
            Some(true) if !line.contains(MARK) => {
                let text = line.split(" #").next().unwrap_or_default().trim().trim_start_matches("$ ");
                let (first, mut whole) = begun.take().unwrap_or((number, String::new()));
                whole.push_str(text.trim_end_matches('\\').trim_end());
                match text.ends_with('\\') {
                    true => begun = Some((first, whole + " ")),
                    false if whole.is_empty() || whole.starts_with('#') => {}
                    false => all.push(Found { line: first, text: whole, shown: true }),
                }
            }
            None if !line.contains(MARK) => {
                let table = line.trim_start().starts_with('|');
                let code = line.split('`').skip(1).step_by(2);
                let commands = code.filter(|c| c.starts_with("mlpt ") || c.starts_with("cargo run"));
                all.extend(commands.map(|c| Found { line: number, text: c.to_owned(), shown: table }));
            }
            _ => {}
        }
    }
    all
}

#[test]
fn blocks_tables_and_sentences() {
    let text = "Say `mlpt list` or `mlpt pretrain`.\n\n```sh\nmlpt train \\\n  --seed 1   # a run\n# nothing\n```\n\
                ```text\nmlpt no\n```\n| a | `mlpt eval RUN` |\n| b | `mlpt bad` | <!-- not run: old -->\n\
                <!-- not run: needs a network -->\n\n```sh\nmlpt fetch\n```\n";
    let all = found(text);
    let told: Vec<(usize, &str, bool)> = all.iter().map(|f| (f.line, f.text.as_str(), f.shown)).collect();
    let wanted = [
        (1, "mlpt list", false),
        (1, "mlpt pretrain", false),
        (4, "mlpt train --seed 1", true),
        (11, "mlpt eval RUN", true),
    ];
    assert_eq!(told, wanted);
    let quoted = Found { line: 1, text: "mlpt a 'b  c' \"d\"".to_owned(), shown: true };
    assert_eq!(quoted.words(), ["mlpt", "a", "b  c", "d"]);
}
