//! The `mlpt` command.
fn main() {}
