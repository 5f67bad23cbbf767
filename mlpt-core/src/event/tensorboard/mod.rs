//! TensorBoard's event files, written by hand: the crate for it (`tboard` 0.1.1) wants `protoc` on the
//! machine that builds, and puts the host's name and the time into the file's name.

mod confusion;
mod file;
mod proto;
mod record;
mod story;
#[cfg(test)]
mod tests;

pub use confusion::Confusion;
pub use file::EventFile;
