//! What every kind of own data comes down to before prompts name the classes.

use super::class_file::ClassFile;
use super::place;
use crate::root::template;
use mlpt_core::data::{Item, Splits};
use mlpt_core::registries::DatasetContext;
use mlpt_core::{Error, Result};
use std::path::PathBuf;

/// The zero-shot template where nobody gives one.
pub(super) const TEMPLATE: &str = "a photo of a {}.";
/// The key of the class file.
pub(super) const CLASSES: &str = "DATASET.CLASSES";

/// Items, and their classes as the data name them.
#[derive(Debug)]
pub(super) struct Found {
    /// The file or folder that messages name.
    pub(super) source: PathBuf,
    /// Train, val, test.
    pub(super) parts: [Vec<Item>; 3],
    /// The raw class names by label.
    pub(super) classes: Vec<String>,
    /// Whether these are bare numbers.
    pub(super) numbers: bool,
}

impl Found {
    /// The data set, with names and template of the class file where the settings name one.
    ///
    /// # Errors
    /// When that file does not fit, when numbers have no names, or the template has no `{}`.
    pub(super) fn into_splits(self, ctx: &DatasetContext<'_>) -> Result<Splits> {
        let config = ctx.scope.config();
        // Programs that bring their own schema may not have the key.
        let value: String = if config.resolved(CLASSES).is_ok() { config.get(CLASSES)? } else { String::new() };
        let file = match value.as_str() {
            "" => ClassFile::default(),
            value => {
                let root = place::root_if_set(ctx, "the data set")?;
                ClassFile::read(&place::named(root.as_deref(), CLASSES, value)?)?
            }
        };
        let class_names = file.names_for(&self.classes)?;
        if self.numbers {
            self.check_numbers(&file)?;
        }
        let template = template(ctx, file.template.as_deref().unwrap_or(TEMPLATE))?;
        let [train, val, test] = self.parts;
        Ok(Splits { train, val, test, class_names, template })
    }

    /// A bare number must have a name: "a photo of a 3." says nothing.
    fn check_numbers(&self, file: &ClassFile) -> Result<()> {
        let nameless: Vec<&str> = self.classes.iter().map(String::as_str).filter(|c| !file.has(c)).take(5).collect();
        let Some(first) = nameless.first() else { return Ok(()) };
        Err(Error::data(
            &self.source,
            format!(
                "the labels are numbers and have no names ({}): write a file with [names] and lines such as {first} = \
                 \"apple\", and give it as {CLASSES}=FILE.toml",
                nameless.join(", ")
            ),
        ))
    }
}
