//! Tensors as a pickle of torch describes them.

use super::archive::Archive;
use super::pickle::{Heap, Value};
use super::view::View;
use candle_core::DType;
use std::collections::BTreeMap;
use std::ops::Range;

/// What a file holds: tensors still in it, and plain numbers beside them.
#[derive(Default)]
pub(super) struct Found {
    pub(super) views: BTreeMap<String, View>,
    pub(super) numbers: BTreeMap<String, f64>,
}

/// A pickle with the archive that holds its storages.
pub(super) struct Pickled<'a> {
    pub(super) heap: &'a Heap,
    pub(super) archive: &'a Archive,
}

/// A parameter within a subclass within a parameter: nothing goes deeper than a few.
const DEEPEST: usize = 8;

impl Pickled<'_> {
    /// Whether a value is a tensor.
    pub(super) fn is_tensor(&self, value: &Value) -> bool {
        self.heap.object(value).is_some_and(|o| is_rebuild(o.module, o.name))
    }

    /// Adds a tensor under its name.
    pub(super) fn add(&self, name: String, value: &Value, found: &mut Found) -> Result<(), String> {
        let view = self.view(value, 0).map_err(|e| format!("tensor '{name}': {e}"))?;
        found.views.insert(name, view);
        Ok(())
    }

    fn view(&self, value: &Value, depth: usize) -> Result<View, String> {
        let object = self.heap.object(value).filter(|o| is_rebuild(o.module, o.name));
        let object = object.ok_or_else(|| format!("is a {}", self.heap.type_name(value)))?;
        self.rebuild(object.name, object.args, depth)
    }

    fn rebuild(&self, how: &str, args: &[Value], depth: usize) -> Result<View, String> {
        if depth > DEEPEST {
            return Err("is wrapped too deeply".to_owned());
        }
        match (how, args) {
            ("_rebuild_tensor_v2" | "_rebuild_tensor", [storage, offset, shape, strides, rest @ ..]) => {
                self.plain(storage, offset, [shape, strides], None, rest.get(2))
            }
            ("_rebuild_tensor_v3", [storage, offset, shape, strides, _, _, Value::Global(dtype), rest @ ..]) => {
                self.plain(storage, offset, [shape, strides], Some(&dtype.1), rest.first())
            }
            ("_rebuild_parameter" | "_rebuild_parameter_with_state", [tensor, ..]) => self.view(tensor, depth + 1),
            ("_rebuild_from_type_v2", [Value::Global(how), _, args, ..]) if is_rebuild(&how.0, &how.1) => {
                self.rebuild(&how.1, self.heap.items(args).unwrap_or_default(), depth + 1)
            }
            _ => Err(format!("is made by {how}, so it is no plain tensor; save it as a dense one")),
        }
    }

    fn plain(
        &self,
        storage: &Value,
        offset: &Value,
        [shape, strides]: [&Value; 2],
        dtype: Option<&str>,
        flags: Option<&Value>,
    ) -> Result<View, String> {
        // Bits that say: conjugated, negated.
        if flags.and_then(|f| self.heap.entries(f)).is_some_and(|f| !f.is_empty()) {
            return Err("is a negated or conjugated view; save a copy of it".to_owned());
        }
        let counts =
            |value: &Value| -> Option<Vec<usize>> { self.heap.items(value)?.iter().map(Value::count).collect() };
        let (Some(offset), Some(shape), Some(strides)) = (offset.count(), counts(shape), counts(strides)) else {
            return Err("has a shape, strides or an offset that are no counts".to_owned());
        };
        let (dtype, bytes) = self.storage(storage, dtype)?;
        View::new(dtype, &bytes, offset, shape, strides)
    }

    /// A storage's type and bytes. `("storage", class, key, device, length)`, the length in numbers.
    fn storage(&self, value: &Value, dtype: Option<&str>) -> Result<(DType, Range<u64>), String> {
        let Some([kind, Value::Global(class), key, _, length, ..]) = self.heap.persistent(value) else {
            return Err(format!("has a {} for its storage", self.heap.type_name(value)));
        };
        let (Some("storage"), Some(key), Some(length)) = (kind.text(), key.text(), length.count()) else {
            return Err("has a storage without key and length".to_owned());
        };
        let name = dtype.unwrap_or(&class.1);
        let dtype = stored(name).ok_or_else(|| format!("holds {name}, which cannot be read; convert it to float"))?;
        let bytes = self.archive.storage(key)?;
        // An untyped storage counts its bytes.
        let size = if class.1 == "UntypedStorage" { 1 } else { dtype.size_in_bytes() };
        let (claimed, held) = ((length as u64).checked_mul(size as u64), bytes.end - bytes.start);
        match claimed {
            Some(claimed) if claimed <= held => Ok((dtype, bytes.start..bytes.start + claimed)),
            _ => Err(format!(
                "its storage data/{key} claims {length} numbers, but holds {held} bytes; fetch the file again"
            )),
        }
    }
}

fn is_rebuild(module: &str, name: &str) -> bool {
    matches!(module, "torch._utils" | "torch._tensor") && name.starts_with("_rebuild_")
}

/// By the storage's class, or by the type's own name.
fn stored(name: &str) -> Option<DType> {
    Some(match name {
        "FloatStorage" | "float32" => DType::F32,
        "HalfStorage" | "float16" => DType::F16,
        "BFloat16Storage" | "bfloat16" => DType::BF16,
        "DoubleStorage" | "float64" => DType::F64,
        "LongStorage" | "int64" => DType::I64,
        "IntStorage" | "int32" => DType::I32,
        "ShortStorage" | "int16" => DType::I16,
        "uint32" => DType::U32,
        "ByteStorage" | "uint8" | "BoolStorage" | "bool" => DType::U8,
        _ => return None,
    })
}
