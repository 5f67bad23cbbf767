//! Which repository, at which revision.

use super::names;
use crate::{Error, Result};
use std::fmt;

/// The branch that counts where none is named.
const MAIN: &str = "main";
/// The longest name of an owner or a repository.
const LONGEST: usize = 96;

/// What a repository holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Weights and their settings.
    Model,
    /// A data set.
    Dataset,
}

impl Kind {
    /// How addresses of the hub's interface name the kind.
    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Model => "models",
            Self::Dataset => "datasets",
        }
    }
}

/// A repository of the hub at a revision: a branch, a tag or a commit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RepoId {
    kind: Kind,
    id: String,
    revision: String,
}

impl RepoId {
    /// Reads `org/name`, `name` or either with `@revision`; without one it is `main`.
    ///
    /// # Errors
    /// [`Error::Invalid`] that quotes the text and says what is wrong.
    pub fn parse(kind: Kind, text: &str) -> Result<Self> {
        let (id, revision) = text.split_once('@').unwrap_or((text, MAIN));
        if let Some(fault) = fault_of_id(id) {
            return Err(Error::invalid(format!(
                "'{text}' names no repository of the hub: {fault}; it is `org/name` or `org/name@revision`"
            )));
        }
        Self { kind, id: id.to_owned(), revision: MAIN.to_owned() }.at(revision)
    }

    /// The same repository at another revision.
    ///
    /// # Errors
    /// [`Error::Invalid`] where no branch, tag or commit can have that name.
    pub fn at(&self, revision: &str) -> Result<Self> {
        let odd = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[@".contains(c);
        if !names::stays_below(revision) || revision.contains(odd) {
            return Err(Error::invalid(format!(
                "'{}@{revision}' names no revision: give a branch, a tag or a commit hash after the @",
                self.id
            )));
        }
        Ok(Self { revision: revision.to_owned(), ..self.clone() })
    }

    /// What the repository holds.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// `org/name` or `name`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Branch, tag or commit.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// Whether the revision is a full commit hash, what it holds never changes.
    pub(super) fn is_pinned(&self) -> bool {
        is_commit(&self.revision)
    }

    /// The path of the repository below the hub's address.
    pub(super) fn page(&self) -> String {
        match self.kind {
            Kind::Model => self.id.clone(),
            Kind::Dataset => format!("datasets/{}", self.id),
        }
    }
}

impl fmt::Display for RepoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.kind == Kind::Dataset { "data set " } else { "" };
        write!(f, "{kind}{}@{}", self.id, self.revision)
    }
}

/// Whether `text` is a full commit hash.
pub(super) fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn fault_of_id(id: &str) -> Option<String> {
    let parts: Vec<&str> = id.split('/').collect();
    if parts.len() > 2 {
        return Some("it has more than one '/'".to_owned());
    }
    parts.into_iter().find_map(|part| {
        let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if part.is_empty() {
            Some("a name is empty".to_owned())
        } else if let Some(odd) = part.chars().find(|c| !known(*c)) {
            Some(format!("{odd:?} stands in it; only letters, digits, '-', '_' and '.' may"))
        } else if part.len() > LONGEST {
            Some(format!("a name has more than {LONGEST} characters"))
        } else if part.starts_with(['-', '.']) || part.ends_with(['-', '.']) {
            Some("a name begins or ends with '-' or '.'".to_owned())
        } else if part.contains("--") || part.contains("..") {
            Some("'--' or '..' stands in it".to_owned())
        } else {
            part.ends_with(".git").then(|| "it ends with '.git'".to_owned())
        }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_with_and_without_owner_and_revision() {
        let all = [
            ("openai/clip-vit-base-patch32", "openai/clip-vit-base-patch32", "main"),
            ("gpt2", "gpt2", "main"),
            ("a_b/c.d@v1.0", "a_b/c.d", "v1.0"),
            ("a/b@refs/pr/1", "a/b", "refs/pr/1"),
        ];
        for (text, id, revision) in all {
            let repo = RepoId::parse(Kind::Model, text).unwrap();
            assert_eq!((repo.id(), repo.revision()), (id, revision));
        }
        let set = RepoId::parse(Kind::Dataset, "a/b").unwrap();
        assert_eq!((set.page(), set.to_string()), ("datasets/a/b".to_owned(), "data set a/b@main".to_owned()));
        assert!(set.at(&"0a".repeat(20)).unwrap().is_pinned() && !set.at(&"0a".repeat(19)).unwrap().is_pinned());
    }

    #[test]
    fn bad_names_are_refused_with_the_reason() {
        let all = [
            ("", "empty"),
            ("a/b/c", "more than one"),
            ("/b", "empty"),
            ("../b", "begins or ends"),
            ("a/b c", "' ' stands in it"),
            ("a\\b", "stands in it"),
            ("a--b/c", "'--'"),
            ("a/b..c", "'..'"),
            ("a/b.git", ".git"),
            ("https://huggingface.co/a", "more than one"),
            ("a/é", "stands in it"),
            ("a/b@", "names no revision"),
            ("a/b@../../x", "names no revision"),
            ("a/b@/etc", "names no revision"),
            ("a/b@x\\y", "names no revision"),
            ("a/b@x y", "names no revision"),
        ];
        for (text, reason) in all {
            let message = RepoId::parse(Kind::Model, text).unwrap_err().to_string();
            assert!(message.contains(reason) && message.contains(text), "{text}: {message}");
        }
        let long = "a".repeat(LONGEST + 1);
        assert!(RepoId::parse(Kind::Model, &long).unwrap_err().to_string().contains("more than 96"));
    }
}
