//! Which columns hold the pictures and the labels.

use super::ParquetConfig;
use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

const IMAGE: [&str; 5] = ["image", "img", "jpg", "jpeg", "png"];
const LABEL: [&str; 5] = ["label", "labels", "fine_label", "cls", "class"];

/// Positions among a file's leaf columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) image: usize,
    pub(super) label: usize,
    /// The name of the label's column, by which the file's metadata know it.
    pub(super) label_name: String,
}

/// Finds the columns that the settings name, or else those that are called as usual; a single column of
/// bytes is the pictures' whatever it is called.
pub(super) fn pick(schema: &SchemaDescriptor, config: &ParquetConfig) -> Result<Columns, String> {
    let leaves: Vec<Leaf<'_>> = schema.columns().iter().map(|c| Leaf(c)).collect();
    let image = choose(&leaves, "IMAGE", &config.image, &IMAGE, "pictures", |leaf| leaf.holds_pictures())?;
    let label = choose(&leaves, "LABEL", &config.label, &LABEL, "labels", |leaf| leaf.holds_labels())?;
    Ok(Columns { image, label, label_name: leaves[label].name().to_owned() })
}

struct Leaf<'a>(&'a ColumnDescriptor);

impl Leaf<'_> {
    /// `image` of `image` and of `image.bytes`.
    fn name(&self) -> &str {
        self.0.path().parts().first().map_or("", String::as_str)
    }

    fn is_called(&self, name: &str) -> bool {
        let parts = self.0.path().parts();
        self.0.path().string() == name || (parts.len() == 2 && parts[0] == name && parts[1] == "bytes")
    }

    fn is_text(&self) -> bool {
        self.0.physical_type() == Type::BYTE_ARRAY
            && (self.0.converted_type() == ConvertedType::UTF8
                || self.0.logical_type_ref() == Some(&LogicalType::String))
    }

    fn holds_pictures(&self) -> bool {
        let parts = self.0.path().parts();
        let place = parts.len() == 1 || (parts.len() == 2 && parts[1] == "bytes");
        place && self.0.max_rep_level() == 0 && self.0.physical_type() == Type::BYTE_ARRAY && !self.is_text()
    }

    fn holds_labels(&self) -> bool {
        let number = matches!(self.0.physical_type(), Type::INT32 | Type::INT64)
            && !matches!(self.0.converted_type(), ConvertedType::DECIMAL | ConvertedType::DATE);
        self.0.path().parts().len() == 1 && self.0.max_rep_level() == 0 && (number || self.is_text())
    }

    fn kind(&self) -> String {
        match self.0.physical_type() {
            _ if self.0.max_rep_level() > 0 => "lists".to_owned(),
            _ if self.is_text() => "text".to_owned(),
            Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY => "bytes".to_owned(),
            Type::INT32 | Type::INT64 => "integers".to_owned(),
            other => other.to_string().to_lowercase(),
        }
    }
}

fn choose(
    leaves: &[Leaf<'_>],
    key: &str,
    asked: &str,
    usual: &[&str],
    what: &str,
    fits: impl Fn(&Leaf<'_>) -> bool,
) -> Result<usize, String> {
    let there =
        || leaves.iter().map(|l| format!("{} ({})", l.0.path().string(), l.kind())).collect::<Vec<_>>().join(", ");
    let find = |name: &str| leaves.iter().position(|leaf| leaf.is_called(name));
    if !asked.is_empty() {
        return match find(asked) {
            Some(at) if fits(&leaves[at]) => Ok(at),
            Some(at) => Err(format!(
                "the column {asked} (DATASET.PARQUET.{key}) holds {} and cannot be the {what}; the columns are: {}",
                leaves[at].kind(),
                there()
            )),
            None => Err(format!("there is no column {asked} (DATASET.PARQUET.{key}); the columns are: {}", there())),
        };
    }
    if let Some(at) = usual.iter().filter_map(|name| find(name)).find(|at| fits(&leaves[*at])) {
        return Ok(at);
    }
    let mut bytes = leaves.iter().enumerate().filter(|(_, leaf)| key == "IMAGE" && fits(leaf));
    match (bytes.next(), bytes.next()) {
        (Some((at, _)), None) => Ok(at),
        _ => Err(format!(
            "there is no column of {what} ({}); the columns are: {}; name it with DATASET.PARQUET.{key}",
            usual.join(", "),
            there()
        )),
    }
}
