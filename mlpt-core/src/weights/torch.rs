//! Which dict of a torch file is the one with the tensors.

use super::archive::Archive;
use super::describe::describe;
use super::file::Format;
use super::pickle::{self, Heap, Value};
use super::rebuild::{Found, Pickled};
use super::script;

/// Where programs put a model's state dict, the most telling first.
const WRAPPERS: [&str; 4] = ["state_dict", "model_state_dict", "model", "module"];

/// The tensors of a dict, of a dict in a dict, or of a TorchScript module.
pub(super) fn find(archive: &Archive) -> Result<(Format, Found), String> {
    let (heap, top) = pickle::run(&archive.pickle)?;
    let pickled = Pickled { heap: &heap, archive };
    if script::is_module(&heap, &top) {
        return Ok((Format::TorchScript, script::find(&pickled, &top)?));
    }
    let wrapped = WRAPPERS.iter().filter_map(|key| under(&heap, &top, key)).find(|dict| has_tensor(&pickled, dict));
    let found = gather(&pickled, &top, wrapped.unwrap_or(&top))?;
    if found.views.is_empty() {
        return Err(format!(
            "holds no dict of tensors, neither at its top nor under {}: it holds {}; save the model's state_dict()",
            WRAPPERS.join(", "),
            describe(&heap, &top)
        ));
    }
    Ok((Format::Torch, found))
}

/// The tensors under `state_dict`, and nowhere else.
pub(super) fn find_state_dict(archive: &Archive) -> Result<Found, String> {
    let (heap, top) = pickle::run(&archive.pickle)?;
    let pickled = Pickled { heap: &heap, archive };
    let found = match under(&heap, &top, WRAPPERS[0]) {
        Some(dict) => gather(&pickled, &top, dict)?,
        None => Found::default(),
    };
    if found.views.is_empty() {
        return Err(format!(
            "is no training checkpoint with tensors under state_dict: it holds {}; give the file that the training \
             wrote (model.pth.tar-50)",
            describe(&heap, &top)
        ));
    }
    Ok(found)
}

/// The last entry of that name, as in Python.
fn under<'a>(heap: &'a Heap, dict: &Value, key: &str) -> Option<&'a Value> {
    heap.entries(dict)?.iter().rev().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| value)
}

fn has_tensor(pickled: &Pickled, dict: &Value) -> bool {
    pickled.heap.entries(dict).is_some_and(|entries| entries.iter().any(|(_, value)| pickled.is_tensor(value)))
}

/// The tensors of `dict`, and the numbers of `top`.
fn gather(pickled: &Pickled, top: &Value, dict: &Value) -> Result<Found, String> {
    let mut found = Found::default();
    for (key, value) in pickled.heap.entries(dict).unwrap_or_default() {
        if let Some(name) = key.text()
            && pickled.is_tensor(value)
        {
            pickled.add(name.to_owned(), value, &mut found)?;
        }
    }
    let beside = pickled.heap.entries(top).unwrap_or_default();
    found.numbers.extend(beside.iter().filter_map(|(key, value)| Some((key.text()?.to_owned(), value.number()?))));
    Ok(found)
}
