//! A machine for Python's pickles that never calls anything.
//!
//! candle has one too, but it copies an object when it is memoised, so what is filled in later (a dict of
//! TorchScript, an optimiser within its own schedule) is lost or empty; it lacks the opcodes of protocols 4
//! and 5; and it drops deep nests recursively. Here all that can hold others lives in one list and is
//! spoken of by number: cycles are fine, and each opcode costs a bounded amount of memory.

mod input;
mod machine;
mod value;

#[cfg(test)]
mod tests;

pub(super) use machine::run;
pub(super) use value::{Heap, Value};
