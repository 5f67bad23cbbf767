//! What tells runs of one trainer and loss apart.

use serde::Serialize;

/// How a run of Dassl was set up, as far as its log and path tell; of a run of this program, nothing is
/// told here, for its settings are compared key by key.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Setup {
    /// Name of the trainer's settings file, without its ending: `rn50_ep50`.
    pub cfg: Option<String>,
    /// Whether each class has a context of its own.
    pub csc: Option<bool>,
    /// The folder that names the prompt's settings: `nctx16_cscFalse_ctpend`.
    pub prompt: Option<String>,
    /// What stands behind `Factor` in the path; empty where nothing does.
    pub factor: Option<String>,
}

impl Setup {
    /// Words for it, in a fixed order; empty where nothing is told.
    pub(in crate::results) fn parts(&self) -> [String; 3] {
        let csc = || match self.csc {
            Some(true) => "CSC",
            Some(false) => "no CSC",
            None => "",
        };
        [
            self.cfg.clone().unwrap_or_default(),
            self.prompt.clone().unwrap_or_else(|| csc().to_owned()),
            match self.factor.as_deref() {
                Some("") => "no factor".to_owned(),
                other => other.unwrap_or_default().to_owned(),
            },
        ]
    }

    /// All that is told, in one line.
    pub fn text(&self) -> String {
        let parts = self.parts();
        parts.into_iter().filter(|part| !part.is_empty() && part != "no factor").collect::<Vec<_>>().join(", ")
    }
}
