//! The tree of modules in a TorchScript archive.

use super::describe::describe;
use super::pickle::{Heap, Value};
use super::rebuild::{Found, Pickled};

/// Modules may hold the same module, so a small pickle could describe a tree of any size.
const MOST_NAMES: usize = 1_000_000;
const DEEPEST: usize = 100;

/// Whether a value is a module (or an object of another class) of TorchScript.
pub(super) fn is_module(heap: &Heap, value: &Value) -> bool {
    heap.object(value).is_some_and(|o| o.module == "__torch__" || o.module.starts_with("__torch__."))
}

/// All tensors under the names that `state_dict()` gives them, and all plain numbers.
pub(super) fn find(pickled: &Pickled, top: &Value) -> Result<Found, String> {
    let mut walk = Walk { pickled, found: Found::default(), names: 0 };
    walk.module(top, "", 0)?;
    if walk.found.views.is_empty() {
        let state = pickled.heap.object(top).map_or(&Value::None, |o| o.state);
        return Err(format!(
            "is a TorchScript module without tensors: {} holds {}; save a module that holds its weights",
            pickled.heap.type_name(top),
            describe(pickled.heap, state)
        ));
    }
    Ok(walk.found)
}

struct Walk<'a> {
    pickled: &'a Pickled<'a>,
    found: Found,
    names: usize,
}

impl Walk<'_> {
    fn module(&mut self, module: &Value, prefix: &str, depth: usize) -> Result<(), String> {
        let heap = self.pickled.heap;
        // A state that is no dict is what a class of its own makes of it: no parameter, no submodule.
        let attributes = heap.object(module).and_then(|o| heap.entries(o.state)).unwrap_or_default();
        for (key, value) in attributes {
            self.names += 1;
            if self.names > MOST_NAMES || depth > DEEPEST {
                return Err("its tree of modules has no end; it is damaged or made to harm".to_owned());
            }
            let Some(key) = key.text() else { continue };
            let name = format!("{prefix}{key}");
            if self.pickled.is_tensor(value) {
                self.pickled.add(name, value, &mut self.found)?;
            } else if is_module(heap, value) {
                self.module(value, &format!("{name}."), depth + 1)?;
            } else if let Some(number) = value.number() {
                self.found.numbers.insert(name, number);
            }
        }
        Ok(())
    }
}
