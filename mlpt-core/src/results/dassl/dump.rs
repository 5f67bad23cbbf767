//! The settings that Dassl prints at the head of a log.

use std::collections::BTreeMap;

/// The settings below `** Config **` by dotted path, as text; none where the log has no such head. A
/// section is a name and a colon, and what stands below it is indented.
pub(super) fn config(text: &str) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::new();
    let mut sections: Vec<(usize, &str)> = Vec::new();
    for line in block(text, "** Config **") {
        let name = line.trim_start_matches(' ');
        let indent = line.len() - name.len();
        let Some((name, value)) = name.split_once(':') else { break };
        let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || !name.chars().all(is_name) {
            break;
        }
        sections.retain(|(depth, _)| *depth < indent);
        let above: Vec<&str> = sections.iter().map(|(_, name)| *name).collect();
        // What has something below it is a section and no empty value.
        settings.remove(&above.join("."));
        settings.insert([above.as_slice(), &[name]].concat().join("."), value.trim().to_owned());
        sections.push((indent, name));
    }
    settings
}

/// The file name, without folders and ending, of the `config_file` among `** Arguments **`.
pub(super) fn config_file(text: &str) -> Option<String> {
    let path = block(text, "** Arguments **").find_map(|line| line.strip_prefix("config_file: "))?;
    let name = path.trim().rsplit(['/', '\\']).next()?;
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    (!stem.is_empty()).then(|| stem.to_owned())
}

/// The lines below a heading between rows of asterisks, up to the next such row.
fn block<'t>(text: &'t str, heading: &'static str) -> impl Iterator<Item = &'t str> {
    let stars = |line: &&str| !line.is_empty() && line.chars().all(|c| c == '*');
    let lines = text.lines().map(str::trim_end).skip_while(move |line| *line != heading).skip(1);
    lines.skip_while(stars).take_while(move |line| !stars(line))
}
