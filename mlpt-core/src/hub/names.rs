//! File names that stay where they are put.

use crate::{Error, Result};

/// Refuses the name of a file that would climb out of its folder; `whose` says who gave it.
///
/// # Errors
/// [`Error::Invalid`] that quotes the name.
pub(super) fn check(file: &str, whose: &str) -> Result<()> {
    if stays_below(file) && !file.contains(char::is_control) {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "{whose}: refuses the file name {file:?}; a name is relative, has '/' between folders, no '..' and no '\\'"
    )))
}

/// Whether a path with `/` between its parts stays below the folder that it is joined to, on every system.
pub(super) fn stays_below(path: &str) -> bool {
    let drive = cfg!(windows) && path.contains(':');
    !drive && !path.contains(['\\', '\0']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Whether a word that a server gave can be the name of a file in a folder of ours.
pub(super) fn is_plain(word: &str) -> bool {
    let known = |b: u8| b.is_ascii_alphanumeric() || b"-_.+=".contains(&b);
    !word.is_empty() && word.len() <= 128 && !word.starts_with('.') && word.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn climbing_names_are_refused() {
        for good in ["a.json", "folder/a b.jpg", ".gitattributes", "a/..b/c..", "é/ü.txt"] {
            assert!(check(good, "here").is_ok(), "{good}");
        }
        for bad in ["", "/a", "../a", "a/../b", "a//b", "a/", "./a", "a\\b", "..", "a\0", "a\nb"] {
            let message = check(bad, "here").map_or_else(|e| e.to_string(), |()| String::new());
            assert!(message.starts_with("here: ") && message.contains(&format!("{bad:?}")), "{bad:?}: {message}");
        }
        assert!(is_plain("0a-b_c.d") && !is_plain("..") && !is_plain("a/b") && !is_plain("") && !is_plain("a:b"));
    }
}
