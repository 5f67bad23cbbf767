//! Whole epochs of CoOp and MLPT against PyTorch: `tests/golden/epochs.py`.

mod compare;
mod golden;
mod replay;
mod world;

pub(super) use compare::checks;
