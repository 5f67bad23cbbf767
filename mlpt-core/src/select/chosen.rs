//! The selector of a run.

use super::{Evidence, Needs, Selection, Selector};
use crate::config::{Config, Scope};
use crate::{Error, Registries, Result};

/// A selector with its registry name.
pub struct Chosen {
    name: &'static str,
    selector: Box<dyn Selector>,
}

impl Chosen {
    /// The one that `SELECTOR.NAME` names, made from the settings.
    ///
    /// # Errors
    /// When it is not known or its keys do not fit.
    pub fn read(config: &Config, registries: &Registries) -> Result<Self> {
        let entry = registries.selectors.get(&config.get::<String>("SELECTOR.NAME")?)?;
        // Its own section first, then paths as they are.
        let scope = Scope::new(config, [entry.section_path(), String::new()]);
        Ok(Self { name: entry.name, selector: (entry.factory)(&scope)? })
    }

    /// Its registry name; also the last step of the path on which its draws hang.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What [`Evidence`] must hold.
    pub fn needs(&self) -> Needs {
        self.selector.needs()
    }

    /// Divides the pool; what goes in and what comes out is checked.
    ///
    /// # Errors
    /// With the selector's name, where the evidence does not fit or the selector breaks a promise.
    pub fn select(&self, evidence: &Evidence<'_>) -> Result<Selection> {
        let named = |fault: Error| Error::invalid(format!("the selector '{}': {fault}", self.name));
        evidence.check().map_err(named)?;
        let selection = self.selector.select(evidence)?;
        selection.check(evidence.given.len()).map_err(named)?;
        Ok(selection)
    }
}
