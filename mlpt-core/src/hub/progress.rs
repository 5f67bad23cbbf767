//! How far a download is.

/// Told how far a download is. Nothing is called for a file that the cache has.
pub trait Progress {
    /// The transfer of `file` begins, or begins again after a fault: `done` bytes of `total` (where
    /// it is known) are there already.
    fn start(&self, file: &str, total: Option<u64>, done: u64);

    /// `bytes` more have come.
    fn advance(&self, bytes: u64);

    /// The transfer is over: the file is there, or was given up.
    fn finish(&self);
}

/// Says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _file: &str, _total: Option<u64>, _done: u64) {}

    fn advance(&self, _bytes: u64) {}

    fn finish(&self) {}
}
