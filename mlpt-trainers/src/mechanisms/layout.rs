//! Where the class name stands in a prompt.

use mlpt_core::clip::Tokenizer;
use mlpt_core::{Error, Result};
use std::str::FromStr;

/// `CLASS_TOKEN_POSITION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassTokenPosition {
    /// `[start | ctx | class . end]`
    End,
    /// `[start | first half of ctx | class | second half | . end]`
    Middle,
    /// `[start | class | ctx | . end]`
    Front,
}

impl FromStr for ClassTokenPosition {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name.to_lowercase().as_str() {
            "end" => Ok(Self::End),
            "middle" => Ok(Self::Middle),
            "front" => Ok(Self::Front),
            _ => Err(Error::Config(vec![format!("CLASS_TOKEN_POSITION: '{name}' is none of end, middle, front")])),
        }
    }
}

/// The tokens of `<class>.` and the end of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassTokens {
    /// Tokens of the name, the full stop and the end of text.
    pub ids: Vec<u32>,
    /// How many of them are the name's.
    pub name: usize,
}

impl ClassTokens {
    /// The tokens of one class; underscores in its name count as spaces.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn new(tokenizer: &Tokenizer, class_name: &str) -> Result<Self> {
        let name = class_name.replace('_', " ");
        let mut ids = tokenizer.encode(&format!("{name}."))?;
        let name = tokenizer.encode(&name)?.len().min(ids.len());
        ids.push(tokenizer.end());
        Ok(Self { ids, name })
    }

    /// The order of rows for a suffix that holds context and class tokens: context rows are
    /// `context..context + m`, this class's rows start at `own`.
    pub fn interleave(&self, position: ClassTokenPosition, context: usize, m: usize, own: usize) -> Vec<u32> {
        let before = match position {
            ClassTokenPosition::End => m,
            ClassTokenPosition::Middle => m / 2,
            ClassTokenPosition::Front => 0,
        };
        let ctx = context..context + m;
        let name = own..own + self.name;
        let rest = own + self.name..own + self.ids.len();
        let rows = ctx.clone().take(before).chain(name).chain(ctx.skip(before)).chain(rest);
        rows.map(|row| row as u32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_tokens_stand_where_the_paper_puts_them() {
        // Two name tokens, a full stop, the end; a context of 3 rows at 0, own rows at 3.
        let class = ClassTokens { ids: vec![7, 8, 9, 10], name: 2 };
        let rows = |p| class.interleave(p, 0, 3, 3);
        assert_eq!(rows(ClassTokenPosition::End), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(rows(ClassTokenPosition::Middle), [0, 3, 4, 1, 2, 5, 6]);
        assert_eq!(rows(ClassTokenPosition::Front), [3, 4, 0, 1, 2, 5, 6]);
        assert!("centre".parse::<ClassTokenPosition>().is_err());
    }
}
